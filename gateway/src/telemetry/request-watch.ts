import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Instruments } from './instruments.ts';
import { type RequestOutcome, RequestRecord } from './request-record.ts';

/** Part of a request's context that telemetry reads. */
interface RecordedContext {
  readonly record?: RequestRecord | undefined;
}

/** Follows each request from its arrival to the end of its answer. */
export class RequestWatch {
  readonly #instruments: Instruments;

  private constructor(instruments: Instruments) {
    this.#instruments = instruments;
  }

  /** Returns undefined if no sink is configured. */
  static of(instruments: Instruments): RequestWatch | undefined {
    const { metrics, tracing, accessLog } = instruments;
    return metrics || tracing || accessLog ? new RequestWatch(instruments) : undefined;
  }

  /** Starts the record of a request that has arrived. It ends with the response. */
  start(request: IncomingMessage, response: ServerResponse): RequestRecord {
    const { metrics, tracing } = this.#instruments;
    const record = new RequestRecord(request, tracing?.startOperation(request));
    if (metrics) metrics.underWay += 1;
    response.once('close', () => this.#end(record, response));
    return record;
  }

  /** Notes what only Apollo Server knows: what the operation is, and how it is answered. */
  plugin(): ApolloServerPlugin<RecordedContext> {
    const listener: GraphQLRequestListener<RecordedContext> = {
      async didResolveOperation({ operation, contextValue: { record } }) {
        if (operation) record?.noteOperation(operation.operation, operation.name?.value);
      },
      async willSendResponse({ response: { body }, contextValue: { record } }) {
        if (body.kind === 'single') record?.noteAnswer(body.singleResult.data, body.singleResult.errors ?? []);
      },
    };
    return { requestDidStart: async () => listener };
  }

  #end(record: RequestRecord, response: ServerResponse): void {
    const { metrics, accessLog } = this.#instruments;
    const ending = endingOf(record, response);
    if (metrics) {
      metrics.underWay -= 1;
      metrics.requests.add(ending.status ?? 'none', ending.outcome);
      metrics.requestDuration.add('', ending.durationMs / 1000);
    }
    endTrace(record, ending);
    accessLog?.info(lineOf(record, ending), 'request');
  }
}

interface Ending {
  /** Undefined if the client left before it had one. */
  readonly status: number | undefined;
  readonly outcome: RequestOutcome;
  readonly durationMs: number;
}

function endingOf({ answered, startedAt }: RequestRecord, response: ServerResponse): Ending {
  const { writableFinished, headersSent, statusCode } = response;
  const wholly = answered ?? (statusCode < 400 ? 'page' : 'refused');
  return {
    status: headersSent ? statusCode : undefined,
    outcome: writableFinished ? wholly : 'abandoned',
    durationMs: performance.now() - startedAt,
  };
}

function endTrace(record: RequestRecord, { status, outcome }: Ending): void {
  const { trace, operationType, operationName, errorCodes } = record;
  if (!trace) return;
  if (operationType !== undefined) trace.nameOperation(operationType, operationName);
  const isGood = outcome === 'ok' || outcome === 'page';
  trace.end(status, isGood ? undefined : (Object.keys(errorCodes ?? {})[0] ?? outcome));
}

/** Returns the line of the access log. It has nothing secret in it: no text of the operation, no variable, no token. */
function lineOf(record: RequestRecord, { status, outcome, durationMs }: Ending): object {
  const { id, client, request, operationType, operationName, errorCodes, trace, bytesBefore } = record;
  return {
    requestId: id,
    ...(trace && { traceId: trace.traceId }),
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
