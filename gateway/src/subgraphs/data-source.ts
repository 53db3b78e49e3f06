import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { SubgraphClient } from '@lockstep/runtime/http/subgraph-client.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import type { Context } from '../http/context.ts';
import { failedAnswer } from './failed-answer.ts';

type DataSourceResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Runs the fetches of query plans that go to one subgraph. */
export class SubgraphDataSource implements GraphQLDataSource<Context> {
  readonly #client: SubgraphClient;

  constructor({ name, routingUrl, timeoutMs }: SubgraphSettings, secret: string | undefined, logger: Logger) {
    this.#client = new SubgraphClient({ name, url: routingUrl, timeoutMs, secret, logger });
  }

  /** A call that fails costs the fields it was for: it becomes an answer with an error at each of their paths. */
  async process({ request, context }: GraphQLDataSourceProcessOptions<Context>): Promise<DataSourceResponse> {
    const { query = '', variables, operationName } = request;
    try {
      const signal = 'signal' in context ? context.signal : undefined;
      return await this.#client.call({ query, variables, operationName }, signal);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      return failedAnswer(query, variables, error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
