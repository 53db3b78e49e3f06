/** How often operations were compiled already when they came, how often not, and how often there was no code for one. */
export interface OperationCounts {
  hits: number;
  misses: number;
  fallbacks: number;
}
