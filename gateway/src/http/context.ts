/** What one operation carries. */
export interface Context {
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}
