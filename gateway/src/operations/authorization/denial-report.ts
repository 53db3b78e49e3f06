import { HeaderMap } from '@apollo/server';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GraphQLError } from 'graphql';
import type { DirectiveSettings } from '../../configuration/sections/authorization.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import type { OperationResult } from '../operation-result.ts';

/** A result with denials in the part that the settings name. */
export interface ReportedResult extends Omit<OperationResult, 'denied'> {
  readonly extensions?: { readonly authorizationErrors: readonly object[] };
}

/** Reports denials in the response and in the log. */
export class DenialReport {
  readonly #settings: DirectiveSettings;
  readonly #logger: Logger;
  readonly #refusals: RejectionCounts;

  constructor(settings: DirectiveSettings, logger: Logger, refusals = new RejectionCounts()) {
    this.#settings = settings;
    this.#logger = logger;
    this.#refusals = refusals;
  }

  add({ denied = [], ...result }: OperationResult, operationName: string | null): ReportedResult {
    this.#refusals.add('authorization.directives', this.#settings.dryRun ? 'passed' : 'refused');
    if (this.#settings.log) {
      const paths = denied.map(({ path, message }) => `${path?.join('.')}: ${message}`);
      this.#logger.info({ operationName, denied: paths }, 'operation partially denied');
    }
    if (result.data === undefined) return { errors: refusal(denied) };
    switch (this.#settings.response) {
      case 'errors':
        return { ...result, errors: [...denied, ...(result.errors ?? [])] };
      case 'extensions':
        return { ...result, extensions: { authorizationErrors: denied.map((error) => error.toJSON()) } };
      case 'disabled':
        return result;
    }
  }
}

/** Returns the errors of an operation that is refused as a whole; they set the status of the response. */
function refusal(denied: readonly GraphQLError[]): GraphQLError[] {
  const isUnknown = denied.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED');
  const headers = new HeaderMap(isUnknown ? [['www-authenticate', 'Bearer']] : []);
  const http = { status: isUnknown ? 401 : 403, headers };
  return denied.map((error) => {
    const options = { path: error.path ?? null, extensions: { http } };
    return new ExpectedError(String(error.extensions.code), error.message, options);
  });
}
