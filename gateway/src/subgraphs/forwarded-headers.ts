import type { FetchTrace } from '../telemetry/operation-trace.ts';

/** What goes to a subgraph with a call of one client's: equal for two clients only where a call may be made for both. */
export class ForwardedHeaders {
  static readonly NONE = new ForwardedHeaders({});

  /** By name, in lower case. */
  readonly values: Readonly<Record<string, string>>;
  /** Equal for the same headers. */
  readonly identity: string;
  /** The fetch that they go with, where it is traced. It makes no other call of it, or calls would be shared no more. */
  readonly trace: FetchTrace | undefined;

  constructor(values: Readonly<Record<string, string>>, trace?: FetchTrace) {
    this.values = values;
    this.trace = trace;
    const entries = Object.entries(values);
    this.identity = entries.length === 0 ? '' : JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The same for a fetch that is traced, which says itself what the client's `traceparent` becomes. */
  tracedBy(trace: FetchTrace): ForwardedHeaders {
    const { traceparent: _parent, tracestate: _state, ...values } = this.values;
    return new ForwardedHeaders(values, trace);
  }
}
