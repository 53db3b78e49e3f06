/** Trace of one operation. An interface, so that OpenTelemetry is loaded only if it is configured. */
export interface OperationTrace {
  /** Hexadecimal, as in `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
  /** Names the operation, once it is known. */
  nameOperation(type: string, name: string | undefined): void;
  /** Adds a span from then, by `performance.now()`, until now. */
  addSpan(name: string, startedAt: number): void;
  /** Starts the part of one fetch. */
  startFetch(): FetchTrace;
  /**
   * @param status undefined if the client left before it had one
   * @param error code of the failure; undefined if it succeeded
   */
  end(status: number | undefined, error: string | undefined): void;
}

/** Part of one fetch in an operation's trace: a call, or its share of one that is made for others too. */
export interface FetchTrace {
  /** Starts a call that is made for this fetch, and perhaps for others. */
  startCall(call: CallDescription): CallTrace;
  /** Links the fetch to the call of another. */
  share(call: SpanReference | undefined): void;
  /** Call that the answer came from. */
  readonly call: SpanReference | undefined;
  end(subgraph: string, outcome: string): void;
}

/** One attempt of a call. */
export interface CallTrace {
  readonly reference: SpanReference;
  /** Headers of the call: `traceparent`, and `tracestate` if there is one. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param status of the reply; undefined if there was none, because of the error */
  end(status: number | undefined, error?: unknown): void;
}

/** Identity of a span. */
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
  /** Number of entities that are asked for; undefined for root fields. */
  readonly entities: number | undefined;
  /** Number of times that it was sent before. */
  readonly resends: number;
}
