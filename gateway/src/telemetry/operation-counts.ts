/** Counts of requests: for operations that were compiled already, that were not, and that can't be executed. */
export interface OperationCounts {
  hits: number;
  misses: number;
  unsupported: number;
}
