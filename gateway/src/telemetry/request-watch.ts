import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Instruments } from './instruments.ts';
import { type RequestOutcome, RequestRecord } from './request-record.ts';

/** Part of a request's context that telemetry reads. */
interface RecordedContext {
  readonly record?: RequestRecord | undefined;
}

/** Follows each request from its arrival to the end of its answer. */
export class RequestWatch {
  readonly #instruments: Instruments;

  readonly #schema: GraphQLSchema;

  private constructor(instruments: Instruments, schema: GraphQLSchema) {
    this.#instruments = instruments;
    this.#schema = schema;
  }

  /**
   * Returns undefined if no sink is configured.
   *
   * @param schema the one that clients see
   */
  static of(instruments: Instruments, schema: GraphQLSchema): RequestWatch | undefined {
    const { metrics, tracing, accessLog, fieldUsage } = instruments;
    return metrics || tracing || accessLog || fieldUsage ? new RequestWatch(instruments, schema) : undefined;
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
      async willSendResponse({ request, response: { body }, document, queryHash, contextValue: { record } }) {
        if (body.kind !== 'single') return;
        const { data, errors } = body.singleResult;
        record?.noteAnswer(data, errors ?? []);
        if (data === undefined || !document || queryHash === undefined) return;
        record?.noteExecution({ document, queryHash, operationName: request.operationName }, request.variables);
      },
    };
    return { requestDidStart: async () => listener };
  }

  #end(record: RequestRecord, response: ServerResponse): void {
    const { metrics, accessLog, fieldUsage } = this.#instruments;
    const ending = endingOf(record, response);
    if (metrics) {
      metrics.underWay -= 1;
      metrics.requests.add(ending.status ?? 'none', ending.outcome);
      metrics.requestDuration.add('', ending.durationMs / 1000);
    }
    if (record.executed) fieldUsage?.count(this.#schema, record.executed, record.variables, record.request.headers);
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
    ...(trace && { traceId: trace.traceId, spanId: trace.spanId }),
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
