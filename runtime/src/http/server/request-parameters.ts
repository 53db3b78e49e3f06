import { isRecord } from '../../json-record.ts';
import type { GraphQLParams } from './graphql.ts';

/** The parameters of a GraphQL request, as they came: nothing says that they are what they should be. */
export interface RequestParameters {
  get(name: string): unknown;
}

const NONE: RequestParameters = { get: () => undefined };

/** Where Apollo Server will look for them: the body of a POST, the query string of a GET. */
export function parametersOf({ method, search, body }: GraphQLParams): RequestParameters {
  if (method === 'GET') return new URLSearchParams(search);
  return isRecord(body) ? { get: (name) => body[name] } : NONE;
}

/** The document's text, where there is one. */
export function documentText(request: GraphQLParams): string | undefined {
  const text = parametersOf(request).get('query');
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** What a request has in `extensions`: an object, or JSON in a query string. */
export function extensionsOf(parameters: RequestParameters): Record<string, unknown> | undefined {
  const extensions = parameters.get('extensions');
  const content = typeof extensions === 'string' ? parseIfPossible(extensions) : extensions;
  return isRecord(content) ? content : undefined;
}

function parseIfPossible(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Apollo Server has the words for it
  }
}
