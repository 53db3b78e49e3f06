import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { dataBytes, shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { decodeJwt, errors, type JWTPayload } from 'jose';
import type { KeySetSettings } from '../../configuration/sections/authentication.ts';
import { KeySet, KeysUnavailableError } from './key-set.ts';
import { TokenError } from './token-error.ts';

/** Claims of a token about its sender. */
export type Claims = Readonly<Record<string, unknown>>;

/** Time for which a verified token is not verified again, if its `exp` is not earlier. */
const REMEMBERED_MS = 30_000;
/** Bound of the tokens that are remembered, with their claims. */
const MAX_BYTES = shareOfHeap(1 / 64);

/** Clocks in milliseconds. */
interface Clocks {
  /** Returns the time of day, by which tokens expire. */
  now(): number;
  /** Returns the time since a fixed moment, which goes on evenly when the time of day is corrected. */
  elapsed(): number;
}

const CLOCKS: Clocks = { now: () => Date.now(), elapsed: () => performance.now() };

interface Verified {
  readonly claims: Claims;
  /** By `elapsed`. */
  readonly until: number;
  /** By `now`. */
  readonly expiresAt: number;
}

/** Verifies tokens: https://www.rfc-editor.org/rfc/rfc7519#section-7.2 */
export class TokenVerifier {
  readonly #keySets: readonly KeySet[];
  readonly #logger: Logger;
  readonly #clocks: Clocks;
  readonly #verified = new ByteCache<Verified>(MAX_BYTES);

  constructor(keySets: readonly KeySetSettings[], logger: Logger, clocks = CLOCKS) {
    this.#keySets = keySets.map((settings) => new KeySet(settings, logger));
    this.#logger = logger;
    this.#clocks = clocks;
  }

  /** Returns the claims of a token that was verified a moment ago. */
  remembered(token: string): Claims | undefined {
    const known = this.#verified.get(token);
    const isUsable = known && this.#clocks.elapsed() < known.until && this.#clocks.now() < known.expiresAt;
    return isUsable ? known.claims : undefined;
  }

  /** @throws {TokenError} */
  async verify(token: string): Promise<Claims> {
    const now = this.#clocks.now();
    const claims = await this.#verifyByAny(token, new Date(now));
    freeze(claims); // one object for all requests with the token, and for the hooks that see it
    const until = this.#clocks.elapsed() + REMEMBERED_MS;
    const expiresAt = (claims.exp ?? Number.POSITIVE_INFINITY) * 1000;
    const verified = { claims, until, expiresAt };
    if (expiresAt > now) this.#verified.set(token, verified, dataBytes(verified));
    return claims;
  }

  /** Verifies a token by the key sets for its issuer, one of which has to have its key. */
  async #verifyByAny(token: string, now: Date): Promise<JWTPayload> {
    const issuer = issuerOf(token);
    const failures: unknown[] = [];
    for (const keySet of this.#keySets) {
      if (!keySet.isFor(issuer)) continue;
      try {
        return await keySet.verify(token, now);
      } catch (error) {
        failures.push(error);
      }
    }
    throw this.#refusal(failures);
  }

  #refusal(failures: readonly unknown[]): TokenError {
    const unexpected = failures.find(
      (error) => !(error instanceof errors.JOSEError || error instanceof KeysUnavailableError),
    );
    if (unexpected !== undefined) this.#logger.error({ err: unexpected }, 'a token could not be checked');
    if (unexpected !== undefined || failures.some((error) => error instanceof KeysUnavailableError)) {
      return TokenError.unverifiable();
    }
    this.#logger.debug({ reasons: failures.map(String) }, 'a token is refused');
    if (failures.some((error) => error instanceof errors.JWTExpired))
      return TokenError.invalid('The token has expired.');
    const isEarly = failures.some((error) => error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf');
    return TokenError.invalid(isEarly ? 'The token is not valid yet.' : 'The token is not valid.');
  }
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(freeze);
  Object.freeze(value);
}

/** Reads the issuer from a token that is not verified yet. @throws {TokenError} */
function issuerOf(token: string): string | undefined {
  try {
    const { iss }: { iss?: unknown } = decodeJwt(token);
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    throw TokenError.invalid('The token is not valid.');
  }
}
