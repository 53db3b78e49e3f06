/** Trace of an operation. This interface hides OpenTelemetry, which is loaded only if tracing is configured. */
export interface OperationTrace {
  /** Id in hexadecimal, as in `traceparent`. */
  readonly traceId: string;
  /** Sets the kind and name of the operation once they are known. */
  nameOperation(type: string, name: string | undefined): void;
  /** Adds a span from a time, by `performance.now()`, until now. */
  addSpan(name: string, startedAt: number): void;
  /** Starts the trace of a fetch. */
  startFetch(): FetchTrace;
  /**
   * @param status undefined if the client disconnected before the response
   * @param error code of the error, if it failed
   */
  end(status: number | undefined, error: string | undefined): void;
}

/** Trace of a fetch: its own call, or its part of a shared one. */
export interface FetchTrace {
  /** Starts the trace of a call made for this fetch, and possibly for others. */
  startCall(call: CallDescription): CallTrace;
  /** Links the call of another fetch that this one shares. */
  share(call: SpanReference | undefined): void;
  /** Call that answered it. */
  readonly call: SpanReference | undefined;
  end(subgraph: string, outcome: string): void;
}

/** One attempt of a call. */
export interface CallTrace {
  readonly reference: SpanReference;
  /** Headers of the call: `traceparent`, and `tracestate` if there is one. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param status status of the response; undefined if there was none, for this reason */
  end(status: number | undefined, error?: unknown): void;
}

/** Ids of a span. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

export interface CallDescription {
  readonly subgraph: string;
  readonly url: URL;
  readonly kind: 'query' | 'mutation';
  readonly operationName: string | undefined;
  /** Number of requested entities; undefined for root fields. */
  readonly entities: number | undefined;
  /** Number of earlier attempts. */
  readonly resends: number;
}
