import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';

/** What is the same in every request of one fetch node. */
export interface FetchConstants {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: 'query' | 'mutation';
  /** `{"query":"…","operationName":"…","variables":{` */
  readonly bodyStart: string;
  /** Equal where two fetch nodes ask one subgraph for the same. */
  readonly identity: string;
}

/** One request to a subgraph. */
export class FetchRequest {
  readonly constants: FetchConstants;
  /** All but `representations`. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The entities asked for, as JSON each and no two alike; undefined where the fetch is for root fields. */
  readonly representations: readonly string[] | undefined;
  /** The JSON of all variables, which both the body and the identity need. */
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

  /** The request's JSON, as GraphQL over HTTP sends it. */
  toBody(): string {
    return `${this.constants.bodyStart}${this.#variablesWithoutBraces()}}}`;
  }

  /** Equal for requests that would have the same answer. */
  toIdentity(): string {
    return `${this.constants.identity} ${this.#variablesWithoutBraces()}`;
  }

  /** Equal for requests that differ in their representations only. */
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
 * Asks a subgraph. The answer is changed by its execution: it must be no other's. Where the call fails, its error is at
 * every path that waited for it: an `ExpectedError` as it is.
 */
export type SubgraphCall = (request: FetchRequest) => Promise<GraphQLAnswer>;

type Fetch = Pick<FetchNode, 'serviceName' | 'operation' | 'operationName'>;

/** Makes what doesn't change from request to request. */
export function fetchConstants(fetch: Fetch, kind: 'query' | 'mutation'): FetchConstants {
  const { serviceName: subgraph, operation: query, operationName } = fetch;
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const bodyStart = `{"query":${JSON.stringify(query)}${name},"variables":{`;
  return { subgraph, query, operationName, kind, bodyStart, identity: fetchIdentity(fetch) };
}

/** The subgraph and the operation without its name: the planner numbers those. */
export function fetchIdentity({ serviceName, operation, operationName }: Fetch): string {
  return `${serviceName} ${operationName === undefined ? operation : operation.replace(operationName, '')}`;
}
