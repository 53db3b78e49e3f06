import type { IncomingMessage } from 'node:http';
import type { CallDescription, ObservedCall } from '@lockstep/runtime/request-scope.ts';
import type { RequestTrace } from '@lockstep/runtime/telemetry/call-trace.ts';
import { ObservedRequest } from '@lockstep/runtime/telemetry/observed-request.ts';
import type { SubgraphMetrics } from './subgraph-metrics.ts';

/** Record that telemetry keeps of one request to a subgraph. */
export class SubgraphRequest extends ObservedRequest {
  readonly #metrics: SubgraphMetrics | undefined;

  constructor(request: IncomingMessage, trace: RequestTrace | undefined, metrics: SubgraphMetrics | undefined) {
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
