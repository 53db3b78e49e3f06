import { mask, maskUnexpected } from '@lockstep/runtime/graphql/masking.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GraphQLFormattedError } from 'graphql';
import type { SubgraphErrors } from '../../configuration/sections/subgraph-errors.ts';

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

/** Codes that say the same from every subgraph, as from the gateway itself. */
const GENERAL_CODES = [
  'BAD_USER_INPUT',
  'SUBGRAPH_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'OVERLOADED',
  'OPERATION_LIMIT_EXCEEDED',
];

/** Extensions that subgraphs on other servers add for developers only. */
const PRIVATE_EXTENSIONS = ['serviceName', 'stacktrace', 'exception', 'response'];

/** Returns a `formatError` for Apollo Server that lets expected errors pass, those of subgraphs too, and masks all others. */
export function formatError(logger: Logger, settings: SubgraphErrors) {
  const maskOwn = maskUnexpected(logger);
  const named = new Map(Object.entries(settings.named));
  const listed = new Map(Object.entries(settings.codes).map(([name, codes]) => [name, listOf(codes)]));
  const general = listOf([]);
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { code, serviceName: subgraph } = formatted.extensions ?? {};
    if (typeof subgraph !== 'string') return maskOwn(formatted, error);
    const isIncluded = named.get(subgraph) ?? settings.all;
    if (isIncluded === true) return withoutExtensions(formatted, ['serviceName']);
    const isListed = (listed.get(subgraph) ?? general).has(code);
    const isExpected = isListed || (isIncluded === undefined && !UNEXPECTED_FROM_SUBGRAPH.has(code));
    return isExpected ? withoutExtensions(formatted, PRIVATE_EXTENSIONS) : mask(formatted, error, logger);
  };
}

function listOf(codes: readonly string[]): ReadonlySet<unknown> {
  return new Set([...GENERAL_CODES, ...codes]);
}

function withoutExtensions(formatted: GraphQLFormattedError, names: readonly string[]): GraphQLFormattedError {
  const shown = Object.entries(formatted.extensions ?? {}).filter(([name]) => !names.includes(name));
  return { ...formatted, extensions: Object.fromEntries(shown) };
}
