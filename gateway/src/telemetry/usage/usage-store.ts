/** Uses of an operation that are added to the file. */
export interface OperationUses {
  /** Identifies the document and the operation in it. */
  readonly key: string;
  /** Undefined for an anonymous operation. */
  readonly name: string | undefined;
  /** Returns what the text of the operation uses; called if the file doesn't have it. */
  coordinates(): readonly string[];
  readonly clients: readonly ClientUses[];
}

interface ClientUses {
  readonly client: string;
  readonly count: number;
  /** Coordinates that came in variables. */
  readonly given: readonly string[];
}

/** Store in which uses are added up. */
export interface UsageStore {
  /** Adds uses of today. */
  add(operations: readonly OperationUses[]): void | Promise<void>;
  close(): void;
}

/** Number of days after which an operation that nobody used is forgotten. */
export const DAYS_KEPT = 90;

/** Bound of a store in bytes, about. Clients can send any documents: those that were used last are kept. */
export const MAX_BYTES = 32 * 1024 * 1024;

/** Bytes of a row beside its texts. */
export const ROW_BYTES = 100;

/** Maximum number of client names; further ones count as others. */
export const MAX_CLIENTS = 100;
export const OTHERS = '(others)';

/** Number of operations that are forgotten at once, for each that is added. */
export const FORGOTTEN_EACH = 2;

/** Returns the day of a moment in UTC, such as 2026-11-30. */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Returns the day that is so many days before a moment. */
export function dayBefore(date: Date, days: number): string {
  return dayOf(new Date(date.getTime() - days * 24 * 3_600_000));
}
