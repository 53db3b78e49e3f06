import type { Instruments } from './instruments.ts';
import type { Metrics } from './metrics.ts';
import type { OperationCounts } from './operation-counts.ts';
import type { OperationTrace } from './operation-trace.ts';

/** Times the planning and compiling of operations. */
export class CompileTelemetry {
  readonly #counts: OperationCounts;
  readonly #metrics: Metrics | undefined;

  private constructor(counts: OperationCounts, metrics: Metrics | undefined) {
    this.#counts = counts;
    this.#metrics = metrics;
  }

  /** Undefined where nobody wants to know. */
  static of(counts: OperationCounts, { metrics, tracing }: Instruments): CompileTelemetry | undefined {
    return metrics || tracing ? new CompileTelemetry(counts, metrics) : undefined;
  }

  /** Finds an operation's code, which may have to be made first. That is done without a break. */
  time<Found>(find: () => Found, trace: OperationTrace | undefined): Found {
    const { misses } = this.#counts;
    const startedAt = performance.now();
    try {
      return find();
    } finally {
      if (this.#counts.misses !== misses) {
        this.#metrics?.compileDuration.add('', (performance.now() - startedAt) / 1000);
        trace?.addSpan('compile', startedAt);
      }
    }
  }
}
