import { AsyncLocalStorage } from 'node:async_hooks';

/** Request that code runs for, as far as logs and calls need to know it. */
export interface RequestScope {
  /** Id of the request in the logs of all processes. */
  readonly id: string;
  /** Trace of the request; undefined if it isn't traced. */
  readonly trace?: ScopeTrace | undefined;
}

/** Position in a trace. */
export interface ScopeTrace {
  /** Hexadecimal, as in `traceparent`. */
  readonly traceId: string;
  readonly spanId: string;
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
  return trace ? { requestId: id, traceId: trace.traceId, spanId: trace.spanId } : { requestId: id };
}
