import type { IncomingMessage, ServerResponse } from 'node:http';
import { traceFields } from '../request-scope.ts';
import type { ObservedRequest } from './observed-request.ts';
import type { Pm2Figures } from './pm2-figures.ts';
import type { TrafficMetrics } from './traffic-metrics.ts';

/** Outcome of a request. It is `refused` before GraphQL sees it, and `abandoned` if its client leaves before the answer. */
type RequestOutcome = 'ok' | 'partial' | 'error' | 'refused' | 'abandoned' | 'page';

/** Sinks of what is known about requests. An undefined one is off. */
export interface RequestSinks {
  readonly metrics?: TrafficMetrics | undefined;
  /** Gets the line of each request. */
  readonly accessLog?: ((line: object) => void) | undefined;
  readonly pm2?: Pm2Figures | undefined;
}

/** Counts, times, traces and logs a request once its response has ended. */
export function observeRequest(observed: ObservedRequest, response: ServerResponse, sinks: RequestSinks): void {
  const { metrics, accessLog } = sinks;
  if (metrics) metrics.underWay += 1;
  const origin = accessLog && originOf(observed.request);
  response.on('close', () => {
    const ending = endingOf(observed, response);
    end(observed, ending, sinks);
    if (origin) accessLog?.(lineOf(observed, ending, origin));
  });
}

/** Data of the socket for the access log, noted early because a closed socket has no address. */
interface Origin {
  readonly client: string | undefined;
  /** Bytes that the socket had sent when the request came. */
  readonly bytesBefore: number;
}

function originOf({ socket }: IncomingMessage): Origin {
  return { client: socket.remoteAddress, bytesBefore: socket.bytesWritten };
}

interface Ending {
  /** Undefined if the client left before it had one. */
  readonly status: number | undefined;
  readonly outcome: RequestOutcome;
  readonly durationMs: number;
}

function endingOf({ answered, startedAt }: ObservedRequest, response: ServerResponse): Ending {
  const { writableFinished, headersSent, statusCode } = response;
  const wholly = answered ?? (statusCode < 400 ? 'page' : 'refused');
  return {
    status: headersSent ? statusCode : undefined,
    outcome: writableFinished ? wholly : 'abandoned',
    durationMs: performance.now() - startedAt,
  };
}

function end(observed: ObservedRequest, ending: Ending, { metrics, pm2 }: RequestSinks): void {
  if (metrics) {
    metrics.underWay -= 1;
    metrics.requests.add(ending.status ?? 'none', ending.outcome);
    metrics.requestDuration.add('', ending.durationMs / 1000);
  }
  pm2?.add(ending);
  endTrace(observed, ending);
}

function endTrace({ trace, operationType, operationName, errorCodes }: ObservedRequest, ending: Ending): void {
  if (!trace) return;
  const { status, outcome } = ending;
  if (operationType !== undefined) trace.nameOperation(operationType, operationName);
  // no error of a server's span: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
  const isFaultOfClient = status !== undefined && status >= 400 && status < 500;
  const isGood = outcome === 'ok' || outcome === 'page' || isFaultOfClient;
  trace.end(status, isGood ? undefined : (Object.keys(errorCodes ?? {})[0] ?? outcome));
}

/** Returns the line of the access log. It has nothing secret in it: no text of the operation, no variable, no token. */
function lineOf(
  observed: ObservedRequest,
  { status, outcome, durationMs }: Ending,
  { client, bytesBefore }: Origin,
): object {
  const { id, request, operationType, operationName, errorCodes, trace } = observed;
  return {
    requestId: id,
    ...(trace && traceFields(trace)),
    client,
    method: request.method,
    status,
    outcome,
    durationMs: Math.round(durationMs * 100) / 100,
    bytes: request.socket.bytesWritten - bytesBefore,
    operationType,
    operationName,
    errors: errorCodes,
  };
}
