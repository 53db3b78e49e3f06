/** Message of the search to the probe in a process. Each has one reply. */
export type Order =
  | { readonly do: 'begin'; readonly collect: boolean }
  | { readonly do: 'end'; readonly timeoutMs: number }
  | { readonly do: 'used' };

/** Figures of a process between `begin` and `end`. */
export interface Reading {
  /** CPU time of the main thread in the longest time without a tick of the event loop. Other processes' load is not in it. */
  readonly blockedCpuMs: number;
  /** Longest time without a tick of the event loop. */
  readonly blockedMs: number;
  /** CPU time of the main thread. */
  readonly cpuMs: number;
  /** CPU time of all threads. */
  readonly processMs: number;
  /** Growth of the resident memory to its peak, garbage included. */
  readonly peakMb: number;
  /** False if it was still busy when the time was up. */
  readonly isIdle: boolean;
}
