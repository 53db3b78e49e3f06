/**
 * The trace of one operation, as those who run it see it: what they don't know of OpenTelemetry is loaded only where it is
 * configured.
 */
export interface OperationTrace {
  /** In hexadecimal, as `traceparent` has it. */
  readonly traceId: string;
  /** Tells what the operation is, once that is known. */
  nameOperation(type: string, name: string | undefined): void;
  /** Adds what took from then, by `performance.now()`, until now. */
  addSpan(name: string, startedAt: number): void;
  /** Begins what one fetch of the operation is told about. */
  startFetch(): FetchTrace;
  /**
   * @param status undefined where the client left before it had one
   * @param error why it failed, as a code; undefined where it didn't
   */
  end(status: number | undefined, error: string | undefined): void;
}

/** The part of one fetch in an operation's trace: a call, or what it has of one that is made for others too. */
export interface FetchTrace {
  /** Begins a call that is made for this fetch, and perhaps for others. */
  startCall(call: CallDescription): CallTrace;
  /** The call is another's: this is where it is found. */
  share(call: SpanReference | undefined): void;
  /** The call that it has its answer from. */
  readonly call: SpanReference | undefined;
  end(subgraph: string, outcome: string): void;
}

/** One attempt of a call. */
export interface CallTrace {
  readonly reference: SpanReference;
  /** What goes with the call: `traceparent`, and `tracestate` where there is one. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param status of the reply; undefined where there was none, for this reason */
  end(status: number | undefined, error?: unknown): void;
}

/** Where a span is found. */
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
  /** How many entities are asked for; undefined where it is for root fields. */
  readonly entities: number | undefined;
  /** How often it was sent before. */
  readonly resends: number;
}
