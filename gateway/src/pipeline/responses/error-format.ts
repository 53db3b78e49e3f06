import { mask, maskUnexpected } from '@lockstep/runtime/graphql/masking.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GraphQLFormattedError } from 'graphql';
import type { ExpectedErrors, SubgraphErrors } from '../../configuration/sections/subgraph-errors.ts';

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

/** Extensions of errors with those codes, in this project's own subgraphs. */
const GENERAL_EXTENSIONS = ['code', 'id', 'argument', 'subgraph', 'timeoutMs', 'limit', 'found', 'allowed'];

/**
 * Returns a `formatError` for Apollo Server that lets expected errors pass, and masks all others. Of a subgraph's errors only
 * those with a listed code are expected, and only listed extensions of them are shown.
 */
export function formatError(logger: Logger, settings: SubgraphErrors) {
  const maskOwn = maskUnexpected(logger);
  const named = new Map(Object.entries(settings.named));
  const expected = new Map(Object.entries(settings.expected).map(([name, errors]) => [name, new Expected(errors)]));
  const general = new Expected({ codes: [], extensions: [] });
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { code, serviceName: subgraph } = formatted.extensions ?? {};
    if (typeof subgraph !== 'string') return maskOwn(formatted, error);
    if (named.get(subgraph) ?? settings.all) return withExtensions(formatted, (name) => name !== 'serviceName');
    const { codes, extensions } = expected.get(subgraph) ?? general;
    if (!codes.has(code)) return mask(formatted, error, logger);
    return withExtensions(formatted, (name) => extensions.has(name));
  };
}

class Expected {
  readonly codes: ReadonlySet<unknown>;
  readonly extensions: ReadonlySet<string>;

  constructor({ codes, extensions }: ExpectedErrors) {
    this.codes = new Set([...GENERAL_CODES, ...codes]);
    this.extensions = new Set([...GENERAL_EXTENSIONS, ...extensions]);
  }
}

function withExtensions(formatted: GraphQLFormattedError, isShown: (name: string) => boolean): GraphQLFormattedError {
  const shown = Object.entries(formatted.extensions ?? {}).filter(([name]) => isShown(name));
  return { ...formatted, extensions: Object.fromEntries(shown) };
}
