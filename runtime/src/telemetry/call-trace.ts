import type { ObservedCall } from '../request-scope.ts';

/** Trace of a request. An interface, so that OpenTelemetry is loaded only if it is configured. */
export interface RequestTrace {
  /** Hexadecimal, as in `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
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

/** Identity of a span. */
export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}
