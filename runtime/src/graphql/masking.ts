import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../logging.ts';

/**
 * Replaces an unexpected error by a code and an id, and logs the whole error under that id.
 *
 * @param error error as it was thrown, for the log only
 * @returns the error for the client, with its locations and path but nothing of the cause
 */
export function mask(formatted: GraphQLFormattedError, error: unknown, logger: Logger): GraphQLFormattedError {
  const id = randomUUID();
  logger.error({ id, path: formatted.path, err: unwrapResolverError(error) }, 'unexpected error');
  return {
    message: 'Internal server error',
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', id },
  };
}

/** Returns a `formatError` for Apollo Server that masks unexpected errors and lets expected ones pass. */
export function maskUnexpected(logger: Logger) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const code = formatted.extensions?.code;
    return code === undefined || code === 'INTERNAL_SERVER_ERROR' ? mask(formatted, error, logger) : formatted;
  };
}
