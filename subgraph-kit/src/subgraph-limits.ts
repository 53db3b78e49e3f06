import { checkDocument } from '@lockstep/runtime/graphql/document-check.ts';
import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import { documentText, extensionsOf, parametersOf } from '@lockstep/runtime/http/server/request-parameters.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { LRUCache } from 'lru-cache';

/** Several times what a gateway lets through: one operation of a client can become several fetches, each of which spells
 * out what the client's fragments said. Depth and aliases are the gateway's to limit: it adds to them. */
const LIMITS = { maxTokens: 60_000, maxRootFields: 100 };

const KNOWN_CHARACTERS = 2_000_000;

/**
 * The check of a subgraph's requests, for the day when something else than its gateway reaches it. Each distinct document
 * is checked once.
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

/** Gateways that would send some take this for a reason to send the document instead. @throws {RefusedRequestError} */
function refusePersistedQuery(request: GraphQLParams): void {
  if (!extensionsOf(parametersOf(request))?.persistedQuery) return;
  throw new RefusedRequestError(400, 'PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}
