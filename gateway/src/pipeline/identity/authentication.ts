import type { IncomingMessage } from 'node:http';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { JwtSettings } from '../../configuration/sections/authentication.ts';
import type { GatewaySettings } from '../../configuration/settings-schema.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { TokenError } from './token-error.ts';
import { findToken } from './token-source.ts';
import type { Claims, TokenVerifier } from './token-verifier.ts';

/** Name of the rule in the counts of refused requests. */
const RULE = 'authentication';

/** Identifies the senders of requests. A token that isn't valid is refused; without one, a request is anonymous. */
export class Authentication {
  readonly #jwt: JwtSettings | undefined;
  readonly #isRequired: boolean;
  readonly #verifier: TokenVerifier;
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
   * Resolves with undefined if the settings ask for none. Loads the verifier, and with it jose, only if they ask for one.
   *
   * @param before the one that it replaces: if the issuers are the same, so are their keys
   */
  static async open(
    settings: AuthenticationSettings,
    logger: Logger,
    before?: Authentication,
    refusals = new RejectionCounts(),
  ): Promise<Authentication | undefined> {
    const { jwt } = settings.authentication;
    if (!jwt && !settings.authorization.requireAuthentication) return undefined;
    const keySets = jwt?.keySets ?? [];
    const isSame = before !== undefined && JSON.stringify(before.#jwt?.keySets ?? []) === JSON.stringify(keySets);
    if (isSame) return new Authentication(settings, before.#verifier, refusals);
    const { TokenVerifier } = await import('./token-verifier.ts');
    return new Authentication(settings, new TokenVerifier(keySets, logger), refusals);
  }

  /**
   * Resolves with the claims of a request's token; with undefined for a request that has none and needs none.
   *
   * @throws {TokenError} if its sender can't be told
   */
  async identify(request: IncomingMessage): Promise<Claims | undefined> {
    try {
      const claims = await this.#claimsOf(request);
      if (!claims && this.#isRequired && isOperation(request)) throw TokenError.missing();
      return claims;
    } catch (error) {
      if (error instanceof TokenError) this.#refusals.add(RULE, 'refused');
      throw error;
    }
  }

  #claimsOf({ headers }: IncomingMessage): Claims | undefined | Promise<Claims> {
    const token = this.#jwt && findToken(headers, this.#jwt);
    if (token === undefined) return undefined;
    return this.#verifier.remembered(token) ?? this.#verifier.verify(token);
  }
}

type AuthenticationSettings = Pick<GatewaySettings, 'authentication' | 'authorization'>;

/** Returns true for a request with an operation, which preflights and browsers that open the page do not send. */
function isOperation({ method, url }: IncomingMessage): boolean {
  return method === 'POST' || (method === 'GET' && url?.includes('?') === true);
}
