import { isRecord } from '../../json-record.ts';
import type { GraphQLParams } from './graphql.ts';

/** Parameters of a GraphQL request, not validated. */
export interface RequestParameters {
  get(name: string): unknown;
}

const NONE: RequestParameters = { get: () => undefined };

/** Returns the parameters that Apollo Server will use: those in the body of a POST, or in the query string of a GET. */
export function parametersOf({ method, search, body }: GraphQLParams): RequestParameters {
  if (method === 'GET') return new URLSearchParams(search);
  return isRecord(body) ? { get: (name) => body[name] } : NONE;
}

/** Returns the text of the document, or undefined if there is none. */
export function documentText(request: GraphQLParams): string | undefined {
  const text = parametersOf(request).get('query');
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Returns the `extensions` of a request, which are JSON in a query string. */
export function extensionsOf(parameters: RequestParameters): Record<string, unknown> | undefined {
  const extensions = parameters.get('extensions');
  const content = typeof extensions === 'string' ? parseIfPossible(extensions) : extensions;
  return isRecord(content) ? content : undefined;
}

function parseIfPossible(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Apollo Server reports it
  }
}
