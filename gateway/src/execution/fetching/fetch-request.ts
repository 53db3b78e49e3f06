import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';

/** Parts that all requests of one fetch node have in common. */
export interface FetchConstants {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: 'query' | 'mutation';
  /** `{"query":"…","operationName":"…","variables":{` */
  readonly bodyStart: string;
  /** Equal for fetch nodes that send the same operation to the same subgraph. */
  readonly identity: string;
}

/** One request to a subgraph. */
export class FetchRequest {
  readonly constants: FetchConstants;
  /** All variables except `representations`. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Distinct representations, each as JSON; undefined for a fetch of root fields. */
  readonly representations: readonly string[] | undefined;
  /** JSON of all variables, cached because both the body and the identity contain it. */
  #variablesJson: string | undefined;

  constructor(
    constants: FetchConstants,
    variables: Readonly<Record<string, unknown>>,
    representations: readonly string[] | undefined,
  ) {
    this.constants = constants;
    this.variables = variables;
    this.representations = representations;
  }

  /** Returns the request body: https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters. */
  toBody(): string {
    return `${this.constants.bodyStart}${this.#variablesWithoutBraces()}}}`;
  }

  /** Returns a key that is equal for requests with the same subgraph, operation and variables. */
  toIdentity(): string {
    return `${this.constants.identity} ${this.#variablesWithoutBraces()}`;
  }

  /** Returns a key that is equal for requests that differ only in their representations. */
  toIdentityOfAnyEntities(): string {
    return `${this.constants.identity} ${JSON.stringify(this.variables)}`;
  }

  #variablesWithoutBraces(): string {
    if (this.#variablesJson === undefined) {
      const variables = JSON.stringify(this.variables).slice(1, -1);
      const separator = variables !== '' && this.representations ? ',' : '';
      const representations = this.representations ? `"representations":[${this.representations.join(',')}]` : '';
      this.#variablesJson = `${variables}${separator}${representations}`;
    }
    return this.#variablesJson;
  }
}

/**
 * Sends a request to a subgraph. The execution modifies the answer, so it must not be shared. If the call rejects, its
 * error is reported at every path that waited for it; an `ExpectedError` keeps its code.
 */
export type SubgraphCall = (request: FetchRequest) => Promise<GraphQLAnswer>;

type Fetch = Pick<FetchNode, 'serviceName' | 'operation' | 'operationName'>;

/** Builds the parts that don't change from request to request. */
export function fetchConstants(fetch: Fetch, kind: 'query' | 'mutation'): FetchConstants {
  const { serviceName: subgraph, operation: query, operationName } = fetch;
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const bodyStart = `{"query":${JSON.stringify(query)}${name},"variables":{`;
  return { subgraph, query, operationName, kind, bodyStart, identity: fetchIdentity(fetch) };
}

/** Returns the subgraph and the operation without its name, in which the planner puts a number. */
export function fetchIdentity({ serviceName, operation, operationName }: Fetch): string {
  return `${serviceName} ${operationName === undefined ? operation : operation.replace(operationName, '')}`;
}
