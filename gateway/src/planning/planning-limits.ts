/** Bounds on planning. */
export interface PlanningLimits {
  /** CPU time that planning one operation may take. */
  readonly timeoutMs: number;
  /** Size of the heap of the thread that composes and plans. */
  readonly heapBytes: number;
}
