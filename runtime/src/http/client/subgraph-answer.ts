import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';

/** Media types that subgraphs are asked for. */
export const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/** Reply of a subgraph as it came. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Answer of a subgraph in GraphQL, whatever its HTTP status. */
export interface GraphQLAnswer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  /** Status and headers of the reply, kept only for header rules and hooks. */
  head?: Pick<Reply, 'status' | 'headers'>;
}

/** Reads a reply as GraphQL, whatever its status. @throws if it is none */
export function parseAnswer({ status, text }: Pick<Reply, 'status' | 'text'>): GraphQLAnswer {
  const answer: unknown = JSON.parse(text);
  if (isAnswer(answer)) return answer;
  throw new Error(`the subgraph answered ${status} with a body that is no GraphQL answer`);
}

/** Returns true for a GraphQL response, a map with `data`, `errors` (not empty) or both:
 * https://spec.graphql.org/October2021/#sec-Response-Format */
function isAnswer(value: unknown): value is GraphQLAnswer {
  if (typeof value !== 'object' || value === null) return false;
  const data = 'data' in value ? value.data : undefined;
  const errors = 'errors' in value ? value.errors : undefined;
  if (typeof data !== 'object' && data !== undefined) return false;
  if (errors !== undefined && !(Array.isArray(errors) && errors.length > 0 && errors.every(isError))) return false;
  return data !== undefined || errors !== undefined;
}

function isError(value: unknown): value is GraphQLFormattedError {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}
