/** A JSON object. */
export type JsonRecord = Record<string, unknown>;

/** Returns true for an object that is neither null nor a list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
