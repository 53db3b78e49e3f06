import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { requestScope } from '@lockstep/runtime/request-scope.ts';
import { getOperationAST, parse } from 'graphql';
import { FetchRequest, fetchConstants } from '../execution/fetching/fetch-request.ts';
import { type CallContext, NO_CONTEXT } from '../subgraphs/call-context.ts';
import type { SubgraphRequest } from '../subgraphs/operation-calls.ts';
import type { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import { failedAnswer } from './failed-answer.ts';
import type { Context } from './request-context.ts';

type DataSourceResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Sends ApolloGateway's fetches to one subgraph through the caller of all fetches: its breaker, retries and deadline apply. */
export class SubgraphDataSource implements GraphQLDataSource<Context> {
  readonly #name: string;
  readonly #caller: SubgraphCaller;

  constructor(name: string, caller: SubgraphCaller) {
    this.#name = name;
    this.#caller = caller;
  }

  /** Resolves with an error at the path of each field if the call fails: only those fields are lost. */
  async process({ request, context }: GraphQLDataSourceProcessOptions<Context>): Promise<DataSourceResponse> {
    const { query = '', variables = {}, operationName } = request;
    const {
      signal = NO_CONTEXT.signal,
      deadline,
      bytes,
      calls,
    }: Partial<Lifetime & Pick<Context, 'calls'>> = 'signal' in context ? context : {};
    const node = { serviceName: this.#name, operation: query, operationName };
    // Representations stay among the variables: they may have duplicates, so they can't join another fetch's batch.
    const fetch = new FetchRequest(fetchConstants(node, kindOf(query)), variables, undefined);
    const requestId = requestScope.getStore()?.id;
    const call = (given: CallContext) => this.#caller.call(fetch, { ...given, requestId });
    try {
      return await (calls ? calls.call(asked(fetch), call) : call({ ...NO_CONTEXT, signal, deadline, bytes }));
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      return failedAnswer(query, variables, error);
    }
  }
}

/** Returns the fetch as rules and hooks see it. */
function asked({ constants, variables: { representations, ...variables } }: FetchRequest): SubgraphRequest {
  const texts = Array.isArray(representations) ? representations.map((one) => JSON.stringify(one)) : undefined;
  return { constants, variables, representations: texts };
}

/** Returns mutation for any operation but a query: such a fetch is sent once, and on its own. */
function kindOf(query: string): 'query' | 'mutation' {
  return getOperationAST(parse(query, { noLocation: true }))?.operation === 'query' ? 'query' : 'mutation';
}
