import { AsyncLocalStorage } from 'node:async_hooks';

/** Request that code runs for, as far as logs and calls need to know it. */
export interface RequestScope {
  /** Id of the request in the logs of all processes. */
  readonly id: string;
  /** Trace of the request; undefined if it isn't traced. */
  readonly trace?: ScopeTrace | undefined;
  /** Observes a call to another process that is made for it. */
  startCall?(call: CallDescription): ObservedCall;
}

/** A call to a subgraph, as its telemetry describes it. */
export interface CallDescription {
  readonly subgraph: string;
  readonly url: URL;
  readonly kind: 'query' | 'mutation';
  readonly operationName: string | undefined;
  /** Number of entities that are asked for; undefined for root fields. */
  readonly entities?: number | undefined;
  /** Number of times that it was sent before. */
  readonly resends?: number;
}

/** A call that is observed. */
export interface ObservedCall {
  /** Headers that continue the trace: `traceparent`, and `tracestate` if there is one. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * @param status of the reply; undefined if there was none, because of the error
   * @param instance address that the reply is from, if the subgraph has several
   */
  end(status: number | undefined, error?: unknown, instance?: URL): void;
}

/** Position in a trace. */
export interface ScopeTrace {
  /** Hexadecimal, as in `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
  /** 1 if the trace is sampled, 0 if nothing of it is sent: https://www.w3.org/TR/trace-context/#trace-flags */
  readonly traceFlags: number;
}

/**
 * Request of the code that runs; undefined outside of requests. Node keeps it across promises and timers, at no price that can be
 * measured (https://nodejs.org/api/async_context.html).
 */
export const requestScope = new AsyncLocalStorage<RequestScope>();

/** Returns the fields that each log line of a request has. */
export function scopeFields(): object {
  const scope = requestScope.getStore();
  if (!scope) return {};
  const { id, trace } = scope;
  return trace ? { requestId: id, ...traceFields(trace) } : { requestId: id };
}

/** Returns the fields of a log line that belongs to a trace: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export function traceFields({ traceId, spanId, traceFlags }: ScopeTrace): object {
  return { traceId, spanId, traceFlags: traceFlags === 1 ? '01' : '00' };
}
