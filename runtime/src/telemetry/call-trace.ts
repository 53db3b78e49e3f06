import type { CallDescription, ObservedCall } from '../request-scope.ts';

/** Trace of a request. An interface, so that OpenTelemetry is loaded only if it is configured. */
export interface RequestTrace {
  /** False if nothing of it is sent. */
  readonly isRecording: boolean;
  /** Hexadecimal, as in `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
  /** 1 if it is sampled, 0 if not. */
  readonly traceFlags: number;
  /** Adds a span until now. */
  add(span: EndedSpan): void;
  /** Starts the part of one attempt of a call. */
  startCall(call: CallDescription): CallTrace;
  /** Names the operation, once it is known. */
  nameOperation(type: string, name: string | undefined): void;
  /**
   * @param status undefined if the client left before it had one
   * @param error code of the failure; undefined if it succeeded
   */
  end(status: number | undefined, error: string | undefined): void;
}

/** One attempt of a call. */
export interface CallTrace extends ObservedCall {
  readonly reference: SpanReference;
}

/** A span that is added once it is over. */
export interface EndedSpan {
  readonly name: string;
  /** Start by `performance.now()`. */
  readonly startedAt: number;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  /** Set if it was work of another system, such as a database. */
  readonly isClient?: boolean;
  /** Span of another request that did the work for this one too. */
  readonly link?: SpanReference | undefined;
  /** Reason of the failure; undefined if it succeeded. */
  readonly error?: string | undefined;
}

/** Identity of a span. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}
