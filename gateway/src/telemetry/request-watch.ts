import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { observeRequest } from '@lockstep/runtime/telemetry/observe-request.ts';
import type { GraphQLSchema } from 'graphql';
import type { Instruments } from './instruments.ts';
import { RequestRecord } from './request-record.ts';

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
    const { metrics, tracing, accessLog, pm2, fieldUsage } = instruments;
    return metrics || tracing || accessLog || pm2 || fieldUsage ? new RequestWatch(instruments, schema) : undefined;
  }

  /** Starts the record of a request that has arrived. It ends with the response. */
  start(request: IncomingMessage, response: ServerResponse): RequestRecord {
    const { tracing, fieldUsage } = this.#instruments;
    const record = new RequestRecord(request, tracing?.startRequest(request));
    observeRequest(record, response, this.#instruments);
    if (fieldUsage) {
      response.on('close', () => {
        if (record.executed) fieldUsage.count(this.#schema, record.executed, record.variables, request.headers);
      });
    }
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
}
