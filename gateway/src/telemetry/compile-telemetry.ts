import { isPromise } from '@lockstep/runtime/promises.ts';
import type { OperationCounts } from './figures.ts';
import type { Instruments } from './instruments.ts';
import type { Metrics } from './metrics.ts';
import type { OperationTrace } from './operation-trace.ts';

/** Times the planning and compiling of operations. */
export class CompileTelemetry {
  readonly #counts: OperationCounts;
  readonly #metrics: Metrics | undefined;

  private constructor(counts: OperationCounts, metrics: Metrics | undefined) {
    this.#counts = counts;
    this.#metrics = metrics;
  }

  /** Returns undefined if no sink is configured. */
  static of(counts: OperationCounts, { metrics, tracing }: Instruments): CompileTelemetry | undefined {
    return metrics || tracing ? new CompileTelemetry(counts, metrics) : undefined;
  }

  /** Finds an operation's code, and times it if that is made for this request. */
  time<Found>(find: () => Found | Promise<Found>, trace: OperationTrace | undefined): Found | Promise<Found> {
    const { misses } = this.#counts;
    const startedAt = performance.now();
    const found = find();
    if (this.#counts.misses === misses || !isPromise(found)) return found;
    return found.finally(() => {
      this.#metrics?.compileDuration.add('', (performance.now() - startedAt) / 1000);
      trace?.addSpan('compile', startedAt);
    });
  }
}
