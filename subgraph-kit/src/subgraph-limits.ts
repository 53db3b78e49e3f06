import { checkDocument } from '@lockstep/runtime/graphql/document-check.ts';
import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import { documentText, extensionsOf, parametersOf } from '@lockstep/runtime/http/server/request-parameters.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { LRUCache } from 'lru-cache';

/** Several times what a gateway lets through, since a fetch has the client's fragments spread. Depth and aliases have no
 * limit here, because the gateway adds to them. */
const LIMITS = { maxTokens: 60_000, maxRootFields: 100 };

const KNOWN_CHARACTERS = 2_000_000;

/**
 * Returns a check of requests, in case something other than the gateway reaches the subgraph. Each distinct document is
 * checked once.
 */
export function checkSubgraphRequest(): (request: GraphQLParams) => GraphQLParams {
  const passed = new LRUCache<string, true>({ maxSize: KNOWN_CHARACTERS });
  return (request) => {
    refusePersistedQuery(request);
    const text = documentText(request);
    if (text === undefined || passed.has(text)) return request;
    checkDocument(text, LIMITS);
    passed.set(text, true, { size: text.length });
    return request;
  };
}

/** Refuses persisted queries with the code that makes a gateway send the document instead. @throws {RefusedRequestError} */
function refusePersistedQuery(request: GraphQLParams): void {
  if (!extensionsOf(parametersOf(request))?.persistedQuery) return;
  throw new RefusedRequestError(400, 'PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}
