import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';

/** Parts that all requests of one fetch node have in common. */
export interface FetchConstants {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: 'query' | 'mutation';
  /** Number of the fetch node in its plan, from 1, in the order of `fetchesOf`; undefined if it is of no plan. */
  readonly number?: number | undefined;
  /** `{"query":"…","operationName":"…","variables":{` */
  readonly bodyStart: string;
  /** Equal for fetch nodes that send the same operation to the same subgraph. */
  readonly identity: string;
  /** Set if it can be one call with other fetches of its plan. */
  readonly part?: MergePart | undefined;
}

/** Place of a fetch's document among those that can be one call. */
export interface MergePart {
  readonly group: FetchGroup;
  readonly number: number;
}

/** Entity fetches of one plan to one subgraph that can be ready at the same time, and are one call then. */
export interface FetchGroup {
  /** Identifies the group within this process. */
  readonly number: number;
  /** Number of fetch nodes. */
  readonly size: number;
  /** Number of calls, one after the other, after which the last of them is ready. */
  readonly level: number;
  /** Returns the place of a fetch's document, by its {@link FetchConstants.identity}. */
  partOf(identity: string): MergePart;
  /** Returns the document that has the selections of these fetches; it is made once. */
  documentOf(fetches: readonly FetchConstants[]): MergedDocument;
}

/** Document with the selections of several entity fetches, each below an `_entities` field with an alias. */
export interface MergedDocument {
  readonly constants: FetchConstants;
  /** True for a while after {@link pause}. */
  readonly isPaused: boolean;
  /** Notes that an answer could not be used: the subgraph may have limits that the document exceeds, but no part of it. */
  pause(): void;
}

/** One request to a subgraph. */
export class FetchRequest {
  readonly constants: FetchConstants;
  /** All variables except `representations`. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Distinct representations, each as JSON; undefined for a fetch of root fields. */
  readonly representations: readonly string[] | undefined;
  /** Identifies the execution that it is made for; 0 if it is made for none in particular. */
  readonly execution: number;
  /** JSON of all variables, cached because both the body and the identity contain it. */
  #json: string | undefined;

  constructor(
    constants: FetchConstants,
    variables: Readonly<Record<string, unknown>>,
    representations: readonly string[] | undefined,
    execution = 0,
  ) {
    this.constants = constants;
    this.variables = variables;
    this.representations = representations;
    this.execution = execution;
  }

  /** Returns the request body: https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters. */
  toBody(): string {
    return `${this.constants.bodyStart}${this.#variablesJson()}}}`;
  }

  /** Returns a key that is equal for requests with the same subgraph, operation and variables. */
  toIdentity(): string {
    return `${this.constants.identity} ${this.#variablesJson()}`;
  }

  /** Returns a key that is equal for requests that differ only in their representations. */
  toIdentityOfAnyEntities(): string {
    return `${this.constants.identity} ${JSON.stringify(this.variables)}`;
  }

  /** Returns the JSON of all variables, without its braces. */
  protected writeVariables(): string {
    const variables = JSON.stringify(this.variables).slice(1, -1);
    const separator = variables !== '' && this.representations ? ',' : '';
    const representations = this.representations ? `"representations":[${this.representations.join(',')}]` : '';
    return `${variables}${separator}${representations}`;
  }

  #variablesJson(): string {
    this.#json ??= this.writeVariables();
    return this.#json;
  }
}

/**
 * Sends a request to a subgraph. The execution modifies the answer, so it must not be shared. If the call rejects, its
 * error is reported at every path that waited for it; an `ExpectedError` keeps its code.
 */
export type SubgraphCall = (request: FetchRequest) => Promise<GraphQLAnswer>;

type Fetch = Pick<FetchNode, 'serviceName' | 'operation' | 'operationName'>;

/** Builds the parts that don't change from request to request. */
export function fetchConstants(
  fetch: Fetch,
  kind: 'query' | 'mutation',
  group?: FetchGroup,
  number?: number,
): FetchConstants {
  const { serviceName: subgraph, operation: query, operationName } = fetch;
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const bodyStart = `{"query":${JSON.stringify(query)}${name},"variables":{`;
  const identity = fetchIdentity(fetch);
  return { subgraph, query, operationName, kind, number, bodyStart, identity, part: group?.partOf(identity) };
}

/** Returns the subgraph and the operation without its name, in which the planner puts a number, as it writes an anonymous one. */
export function fetchIdentity({ serviceName, operation, operationName }: Fetch): string {
  if (operationName === undefined) return `${serviceName} ${operation}`;
  const anonymous = operation.replace(` ${operationName}`, '');
  return `${serviceName} ${anonymous.startsWith('query{') ? anonymous.slice('query'.length) : anonymous}`;
}
