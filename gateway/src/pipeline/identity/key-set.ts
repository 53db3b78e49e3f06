import { setTimeout } from 'node:timers/promises';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { withoutQuery } from '@lockstep/runtime/url-credentials.ts';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { KeySetSettings } from '../../configuration/sections/authentication.ts';
import { boundedFetch } from './bounded-fetch.ts';

/** Tolerated difference between clocks, the same as Apollo Router's. */
const CLOCK_TOLERANCE_S = 60;
const FETCH_TIMEOUT_MS = 3000;
/** Length of a set of keys: some hundred with their certificates. */
const MAX_KEYS_BYTES = 1024 * 1024;
/** Time after which keys that couldn't be fetched are asked for again. */
const RETRY_MS = 1000;
/** Longest time that a request waits for newer keys while there are known ones. */
const MAX_WAIT_MS = 250;
/** A token that names an unknown key has the keys asked for again, but not sooner than this after they were last asked for. */
const MAX_COOLDOWN_MS = 30_000;

/** Thrown while the keys of an issuer can't be fetched. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

/** The keys of some issuers, as their endpoint publishes them. While it fails or hangs, the last known keys stay valid. */
export class KeySet {
  readonly #settings: KeySetSettings;
  readonly #logger: Logger;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #options: JWTVerifyOptions;
  /** Time of the next refresh by `performance.now()`, which goes on evenly when the system's clock is set. */
  #dueAt = 0;
  /** Time of the last refresh, by the same clock. */
  #askedAt = 0;
  /** Set if the last refresh failed, so that a key may have been published since. */
  #isStale = false;
  #loading: Promise<void> | undefined;
  /** Settles when requests stop waiting for newer keys; undefined if they use the known ones meanwhile. */
  #newer: Promise<unknown> | undefined;

  constructor(settings: KeySetSettings, logger: Logger) {
    const { url, headers, issuers, audiences, algorithms, requiresExpiry } = settings;
    this.#settings = settings;
    this.#logger = logger;
    this.#keys = createRemoteJWKSet(new URL(url), {
      headers,
      timeoutDuration: FETCH_TIMEOUT_MS,
      [customFetch]: (address, options) => boundedFetch(address, options, MAX_KEYS_BYTES),
      // Keys are followed here: jose would let each request with an unknown key wait for an endpoint that hangs, and take
      // the keys away when it is down.
      cooldownDuration: Number.POSITIVE_INFINITY,
      cacheMaxAge: Number.POSITIVE_INFINITY,
    });
    this.#options = {
      algorithms,
      clockTolerance: CLOCK_TOLERANCE_S,
      ...(requiresExpiry && { requiredClaims: ['exp'] }),
      ...(issuers.length > 0 && { issuer: issuers }),
      ...(audiences.length > 0 && { audience: audiences }),
    };
  }

  /** Returns true if tokens of this issuer may be signed by these keys. */
  isFor(issuer: string | undefined): boolean {
    const { issuers } = this.#settings;
    return issuers.length === 0 || (issuer !== undefined && issuers.includes(issuer));
  }

  /** @throws {KeysUnavailableError} and jose's errors, for a token that is not valid */
  async verify(token: string, now: Date): Promise<JWTPayload> {
    await this.#refresh();
    const options = { ...this.#options, currentDate: now };
    try {
      return (await jwtVerify(token, this.#keyFor, options)).payload;
    } catch (error) {
      // A token that names no key may be signed by any that fits.
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return this.#verifyByAny(token, error, options);
    }
  }

  async #verifyByAny(
    token: string,
    keys: errors.JWKSMultipleMatchingKeys,
    options: JWTVerifyOptions,
  ): Promise<JWTPayload> {
    for await (const key of keys) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }

  readonly #keyFor: JWTVerifyGetKey = async (header, token) => {
    try {
      return await this.#keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#askForUnknown();
      if (this.#loading || this.#isStale) throw new KeysUnavailableError('newer keys can not be had', { cause: error });
      return this.#keys(header, token);
    }
  };

  /**
   * Fetches the keys again for a token with an unknown one, unless that was done lately. Waits, but not long, and not at all
   * for an endpoint that failed last: it may hang again.
   */
  async #askForUnknown(): Promise<void> {
    if (this.#isStale) return;
    const cooldownMs = Math.min(this.#settings.pollIntervalMs, MAX_COOLDOWN_MS);
    if (!this.#loading && performance.now() - this.#askedAt >= cooldownMs) this.#loading = this.#load();
    if (this.#loading) await Promise.race([this.#loading, setTimeout(MAX_WAIT_MS, undefined, { ref: false })]);
  }

  /**
   * Fetches the keys again if that is due. Requests go on with the known ones meanwhile, unless nobody has used them for
   * another interval, so that they may be old: then requests wait for newer ones, but not long.
   *
   * @throws {KeysUnavailableError} if there are no keys, not even old ones
   */
  async #refresh(): Promise<void> {
    const overdueMs = performance.now() - this.#dueAt;
    if (overdueMs >= 0 && !this.#loading) {
      this.#loading = this.#load();
      const isIdle = overdueMs >= this.#settings.pollIntervalMs;
      this.#newer = isIdle
        ? Promise.race([this.#loading, setTimeout(MAX_WAIT_MS, undefined, { ref: false })])
        : undefined;
    }
    await (this.#keys.jwks() ? this.#newer : this.#loading);
    if (!this.#keys.jwks()) throw new KeysUnavailableError('the keys could not be had a moment ago');
  }

  async #load(): Promise<void> {
    this.#askedAt = performance.now();
    try {
      await this.#keys.reload();
      this.#isStale = false;
      this.#dueAt = performance.now() + this.#settings.pollIntervalMs;
    } catch (error) {
      this.#isStale = true;
      this.#dueAt = performance.now() + RETRY_MS;
      this.#logFailure(error);
    } finally {
      this.#loading = undefined;
      this.#newer = undefined;
    }
  }

  #logFailure(error: unknown): void {
    this.#logger.error({ url: withoutQuery(this.#settings.url), err: error }, 'the keys of an issuer can not be had');
  }
}
