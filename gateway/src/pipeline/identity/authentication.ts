import type { IncomingMessage } from 'node:http';
import { answerError } from '@lockstep/runtime/http/server/answers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { JwtSettings } from '../../configuration/sections/authentication.ts';
import type { GatewaySettings } from '../../configuration/settings-schema.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { TokenError } from './token-error.ts';
import { findToken } from './token-source.ts';
import { type Claims, TokenVerifier } from './token-verifier.ts';

/** What a request breaks that is refused here, for who counts that. */
const RULE = 'authentication';

/** Finds out who sends a request. A token that isn't valid is refused; without one, a request is anonymous. */
export class Authentication {
  readonly #jwt: JwtSettings | undefined;
  readonly #isRequired: boolean;
  readonly #verifier: TokenVerifier;
  readonly #claims = new WeakMap<IncomingMessage, Claims>();
  readonly #refusals: RejectionCounts;

  private constructor(
    { authentication, authorization }: AuthenticationSettings,
    verifier: TokenVerifier,
    refusals: RejectionCounts,
  ) {
    this.#jwt = authentication.jwt;
    this.#isRequired = authorization.requireAuthentication;
    this.#verifier = verifier;
    this.#refusals = refusals;
  }

  /**
   * Undefined where the settings ask for none.
   *
   * @param before the one under the settings before: its keys are known, where these are the same issuers
   */
  static of(
    settings: AuthenticationSettings,
    logger: Logger,
    before?: Authentication,
    refusals = new RejectionCounts(),
  ): Authentication | undefined {
    const { jwt } = settings.authentication;
    if (!jwt && !settings.authorization.requireAuthentication) return undefined;
    const keySets = jwt?.keySets ?? [];
    const isSame = before !== undefined && JSON.stringify(before.#jwt?.keySets ?? []) === JSON.stringify(keySets);
    return new Authentication(settings, isSame ? before.#verifier : new TokenVerifier(keySets, logger), refusals);
  }

  /** What the token of a request says that `guard` has let through. */
  claimsOf(request: IncomingMessage): Claims | undefined {
    return this.#claims.get(request);
  }

  /** Lets requests through whose sender is known, or need not be; the others aren't read any further. */
  guard(handler: Handler): Handler {
    return async (request, response) => {
      try {
        const claims = await this.#identify(request);
        if (claims) this.#claims.set(request, claims);
        else if (this.#isRequired && isOperation(request)) throw TokenError.missing();
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        this.#refusals.add(RULE, 'refused');
        answerError(response, error.status, 'UNAUTHENTICATED', error.message, error.headers);
        return;
      }
      await handler(request, response);
    };
  }

  #identify({ headers }: IncomingMessage): Claims | undefined | Promise<Claims> {
    const token = this.#jwt && findToken(headers, this.#jwt);
    if (token === undefined) return undefined;
    return this.#verifier.remembered(token) ?? this.#verifier.verify(token);
  }
}

type AuthenticationSettings = Pick<GatewaySettings, 'authentication' | 'authorization'>;

/** A browser that opens the page, or asks whether it may send something, sends no operation. */
function isOperation({ method, url }: IncomingMessage): boolean {
  return method === 'POST' || (method === 'GET' && url?.includes('?') === true);
}
