import { isRecord } from '../../json-record.ts';
import type { GraphQLParams } from './graphql.ts';

/** A request with nothing in it but what nearly all have, each of its type. */
export interface PlainRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Undefined where Apollo Server has to look closer: an id in place of the document, a wrong type, anything in the URL. */
export function plainRequestOf({ body }: GraphQLParams): PlainRequest | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName, variables = {}, extensions } = body;
  if (typeof query !== 'string' || extensions !== undefined || !isRecord(variables)) return undefined;
  if (operationName !== undefined && typeof operationName !== 'string') return undefined;
  return { query, operationName, variables };
}
