import { mask, maskUnexpected } from '@lockstep/runtime/graphql/masking.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GraphQLFormattedError } from 'graphql';

/**
 * Codes that say, from a subgraph, that something is wrong between it and the gateway and not with what the client sent:
 * no code at all (`DOWNSTREAM_SERVICE_ERROR` stands for that), and GraphQL's own. Every other code is the subgraph's
 * word to the client.
 */
const UNEXPECTED_FROM_SUBGRAPH = new Set<unknown>([
  undefined,
  'DOWNSTREAM_SERVICE_ERROR',
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
]);

/** What subgraphs built on other servers put beside the code, for developers only. */
const PRIVATE_EXTENSIONS = ['serviceName', 'stacktrace', 'exception', 'response'];

/** Apollo Server's `formatError` for the gateway: expected failures pass, of subgraphs too; the rest is masked. */
export function formatError(logger: Logger) {
  const maskOwn = maskUnexpected(logger);
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { extensions } = formatted;
    if (extensions?.serviceName === undefined) return maskOwn(formatted, error);
    if (UNEXPECTED_FROM_SUBGRAPH.has(extensions.code)) return mask(formatted, error, logger);
    const shown = Object.entries(extensions).filter(([name]) => !PRIVATE_EXTENSIONS.includes(name));
    return { ...formatted, extensions: Object.fromEntries(shown) };
  };
}
