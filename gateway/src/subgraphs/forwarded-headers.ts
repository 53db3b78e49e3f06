/** Headers that a client's request gives to a call. Two clients with equal ones may share a call. */
export class ForwardedHeaders {
  static readonly NONE = new ForwardedHeaders({});

  /** By name, in lower case. */
  readonly values: Readonly<Record<string, string>>;
  /** Equal for equal headers. */
  readonly identity: string;

  constructor(values: Readonly<Record<string, string>>) {
    this.values = values;
    const entries = Object.entries(values);
    this.identity = entries.length === 0 ? '' : JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Returns the headers of a call that is traced: its attempts have a trace context of their own. */
  withoutTraceContext(): ForwardedHeaders {
    if (!('traceparent' in this.values || 'tracestate' in this.values)) return this;
    const { traceparent, tracestate, ...values } = this.values;
    return new ForwardedHeaders(values);
  }
}
