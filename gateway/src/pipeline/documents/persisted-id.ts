import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import { extensionsOf, type RequestParameters } from '@lockstep/runtime/http/server/request-parameters.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';

/** Reference of a request to a document that it doesn't contain. */
export interface PersistedId {
  readonly id: string;
  /** True for an id in `extensions.persistedQuery`, which automatic persisted queries use too. */
  readonly isHash: boolean;
}

/** Parameters of Relay's clients: the name in its documentation, and those of its compiler and of older servers. */
const ID_PARAMETERS = ['documentId', 'doc_id', 'id'];

export function persistedId(parameters: RequestParameters): PersistedId | undefined {
  const hash = hashIn(extensionsOf(parameters));
  if (hash !== undefined) return { id: hash, isHash: true };
  for (const name of ID_PARAMETERS) {
    const id = parameters.get(name);
    if (typeof id === 'string' && id !== '') return { id, isHash: false };
  }
  return undefined;
}

/** Returns the request with its document in it. */
export function withQuery(request: GraphQLParams, query: string): GraphQLParams {
  const { method, search, body } = request;
  if (method === 'GET') {
    const parameters = new URLSearchParams(search);
    parameters.set('query', query);
    parameters.delete('extensions');
    return { ...request, search: `?${parameters}` };
  }
  if (!isRecord(body)) return request;
  const { extensions, ...rest } = body;
  return { ...request, body: { ...rest, query } };
}

function hashIn(extensions: Record<string, unknown> | undefined): string | undefined {
  const persistedQuery = extensions?.persistedQuery;
  const hash = isRecord(persistedQuery) ? persistedQuery.sha256Hash : undefined;
  return typeof hash === 'string' ? hash : undefined;
}
