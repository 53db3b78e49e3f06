/** Bounds of a database on a server. SQLite has none. */
export interface DatabaseBounds {
  /** Maximum number of connections of this process. */
  readonly maxConnections: number;
  /** Time that a statement waits for a connection. */
  readonly waitTimeoutMs: number;
  /** Time that a statement may take; undefined for no limit. */
  readonly statementTimeoutMs: number | undefined;
}

export const DEFAULT_BOUNDS: DatabaseBounds = { maxConnections: 10, waitTimeoutMs: 3000, statementTimeoutMs: 3000 };
