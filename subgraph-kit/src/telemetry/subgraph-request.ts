import type { IncomingMessage } from 'node:http';
import type { CallDescription, ObservedCall } from '@lockstep/runtime/request-scope.ts';
import { ObservedRequest } from '@lockstep/runtime/telemetry/observed-request.ts';
import type { TracedRequest } from '@lockstep/runtime/telemetry/traced-request.ts';
import type { SubgraphMetrics } from './subgraph-metrics.ts';

/** What telemetry knows of one request to a subgraph. */
export class SubgraphRequest extends ObservedRequest<TracedRequest> {
  readonly #metrics: SubgraphMetrics | undefined;

  constructor(request: IncomingMessage, trace: TracedRequest | undefined, metrics: SubgraphMetrics | undefined) {
    super(request, trace);
    this.#metrics = metrics;
  }

  /** Observes a call to another subgraph, and continues the trace there. */
  startCall(call: CallDescription): ObservedCall {
    const startedAt = performance.now();
    const trace = this.trace?.startCall(call);
    return {
      headers: trace?.headers ?? {},
      end: (status, error) => {
        trace?.end(status, error);
        this.#metrics?.noteCall(call.subgraph, status ?? 'none', startedAt);
      },
    };
  }
}
