import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { SubgraphClient } from '@lockstep/runtime/http/subgraph-client.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import type { Context } from '../http/context.ts';
import { type CallContext, NO_CONTEXT } from './call-context.ts';
import { failedAnswer } from './failed-answer.ts';
import type { Asked } from './operation-calls.ts';

type DataSourceResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Runs the fetches of query plans that go to one subgraph. */
export class SubgraphDataSource implements GraphQLDataSource<Context> {
  readonly #name: string;
  readonly #client: SubgraphClient;

  constructor({ name, routingUrl, timeoutMs }: SubgraphSettings, secret: string | undefined, logger: Logger) {
    this.#name = name;
    this.#client = new SubgraphClient({ name, url: routingUrl, timeoutMs, secret, logger });
  }

  /** A call that fails costs the fields it was for: it becomes an answer with an error at each of their paths. */
  async process({ request, context }: GraphQLDataSourceProcessOptions<Context>): Promise<DataSourceResponse> {
    const { query = '', variables, operationName } = request;
    const { signal, calls }: Partial<Context> = 'signal' in context ? context : {};
    const call = ({ signal, headers }: CallContext) =>
      this.#client.call({ query, variables, operationName }, signal, headers.values);
    try {
      return await (calls ? calls.call(this.#asked(query, variables), call) : call({ ...NO_CONTEXT, signal }));
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      return failedAnswer(query, variables, error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #asked(query: string, variables: Record<string, unknown> = {}): Asked {
    const { representations, ...others } = variables;
    return {
      constants: { subgraph: this.#name, query, kind: query.startsWith('mutation') ? 'mutation' : 'query' },
      variables: others,
      representations: Array.isArray(representations) ? representations.map((one) => JSON.stringify(one)) : undefined,
    };
  }
}
