import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import { checkDocument } from '@lockstep/runtime/graphql/document-check.ts';
import type { GraphQLParams } from '@lockstep/runtime/http/server/graphql.ts';
import { documentText, extensionsOf, parametersOf } from '@lockstep/runtime/http/server/request-parameters.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';

/** Several times what a gateway lets through, since a fetch has the client's fragments spread. Depth and aliases have no
 * limit here, because the gateway adds to them. */
const LIMITS = { maxTokens: 60_000, maxRootFields: 100 };

/** Bound of the documents that passed, of which the text is kept. */
const MAX_BYTES = shareOfHeap(1 / 128);

/**
 * Returns a check of requests, in case something other than the gateway reaches the subgraph. Each distinct document is
 * checked once.
 */
export function checkSubgraphRequest(): (request: GraphQLParams) => GraphQLParams {
  const passed = new ByteCache<'passed'>(MAX_BYTES);
  return (request) => {
    refusePersistedQuery(request);
    const text = documentText(request);
    if (text === undefined || passed.get(text)) return request;
    checkDocument(text, LIMITS);
    passed.set(text, 'passed', 0);
    return request;
  };
}

/** Refuses persisted queries with the code that makes a gateway send the document instead. @throws {RefusedRequestError} */
function refusePersistedQuery(request: GraphQLParams): void {
  if (!extensionsOf(parametersOf(request))?.persistedQuery) return;
  throw new RefusedRequestError(400, 'PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}
