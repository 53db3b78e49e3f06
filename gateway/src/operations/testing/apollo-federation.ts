import { ApolloGateway, type GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import type { ExecutionResult } from 'graphql';
import { Federation } from './federation.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** The same subgraphs behind the stock ApolloGateway, as `gateway.execution.engine: apollo` has them. */
export class ApolloFederation extends Federation {
  #server: Promise<ApolloServer> | undefined;

  override async execute(query: string, variables?: Record<string, unknown>): Promise<ExecutionResult> {
    this.startOperation();
    this.#server ??= this.#start();
    const server = await this.#server;
    const { body } = await server.executeOperation({ query, ...(variables && { variables }) });
    if (body.kind !== 'single') throw new Error('an incremental answer');
    const { data, errors } = body.singleResult;
    return JSON.parse(JSON.stringify({ data, errors }));
  }

  async #start(): Promise<ApolloServer> {
    const gateway = new ApolloGateway({
      supergraphSdl: this.supergraphSdl,
      logger: SILENT,
      buildService: ({ name }) => ({
        process: ({ request: { query = '', variables, operationName } }: GraphQLDataSourceProcessOptions) =>
          this.answer(name, { query, ...(variables && { variables }), ...(operationName && { operationName }) }),
      }),
    });
    const server = new ApolloServer({ gateway, logger: SILENT, stopOnTerminationSignals: false });
    await server.start();
    return server;
  }
}
