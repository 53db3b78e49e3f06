import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import { extensionsOf, type RequestParameters } from '@lockstep/runtime/http/server/request-parameters.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';

/** How a request names a document that it doesn't have in it. */
export interface PersistedId {
  readonly id: string;
  /** Whether it is in `extensions.persistedQuery`, where automatic persisted queries have it too. */
  readonly isHash: boolean;
}

/** Of Relay's clients: what its documentation has, and what Relay's compiler and older servers call it. */
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

/** The request as it would be with its document in it. */
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
