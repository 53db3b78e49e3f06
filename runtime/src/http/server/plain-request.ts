import { isRecord } from '../../json-record.ts';
import type { GraphQLParams } from './graphql.ts';

/** A request with no more than the usual parameters, each of the right type. */
export interface PlainRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Returns a request's parameters, or undefined if Apollo Server has to handle it: extensions, a wrong type, or a GET. */
export function plainRequestOf({ body }: GraphQLParams): PlainRequest | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName, variables = {}, extensions } = body;
  if (typeof query !== 'string' || extensions !== undefined || !isRecord(variables)) return undefined;
  if (operationName !== undefined && typeof operationName !== 'string') return undefined;
  return { query, operationName, variables };
}
