import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { isPromise } from '@lockstep/runtime/promises.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import type { RateLimitSettings } from '../../configuration/sections/rate-limit.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { clientOfAddress } from './client-address.ts';
import { MemoryCounts, type RequestCount, type RequestCounts } from './request-counts.ts';

/** Bounds how many requests one client sends in an interval. */
export class RateLimit {
  readonly #settings: RateLimitSettings;
  readonly #counts: RequestCounts;
  readonly #refusals: RejectionCounts;

  private constructor(settings: RateLimitSettings, counts: RequestCounts, refusals: RejectionCounts) {
    this.#settings = settings;
    this.#counts = counts;
    this.#refusals = refusals;
  }

  /** Loads the client of Redis only if one is configured: 478 modules, 7 MB. */
  static async open(settings: RateLimitSettings, logger: Logger, refusals = new RejectionCounts()): Promise<RateLimit> {
    const { redis, intervalMs } = settings;
    if (redis === undefined) return new RateLimit(settings, new MemoryCounts(intervalMs), refusals);
    const { RedisCounts } = await import('./redis-counts.ts');
    return new RateLimit(settings, new RedisCounts(redis, intervalMs, logger), refusals);
  }

  /**
   * Counts a request, before its body is read. Asynchronous only if Redis has to be asked.
   *
   * @throws {RefusedRequestError} `RATE_LIMITED` if it is beyond its client's share
   */
  check(request: IncomingMessage): void | Promise<void> {
    const { capacity, keyHeader, addressCapacity } = this.#settings;
    if (addressCapacity === undefined) return this.#count(clientOf(request, keyHeader), capacity);
    const counted = this.#count(`address ${addressOf(request)}`, addressCapacity);
    const countClient = () => this.#count(clientOf(request, keyHeader), capacity);
    return counted ? counted.then(countClient) : countClient();
  }

  #count(client: string, capacity: number): void | Promise<void> {
    const count = this.#counts.add(client);
    return isPromise(count) ? count.then((counted) => this.#check(counted, capacity)) : this.#check(count, capacity);
  }

  close(): void {
    this.#counts.close();
  }

  #check({ requests, resetsInMs }: RequestCount, capacity: number): void {
    const { intervalMs } = this.#settings;
    if (requests <= capacity) return;
    this.#refusals.add('traffic_shaping.rate_limit', 'refused');
    const retryAfterS = Math.max(1, Math.ceil(resetsInMs / 1000));
    const message = `One client may send ${capacity} requests in ${intervalMs} ms; try again in ${retryAfterS} s`;
    throw new RefusedRequestError(429, 'RATE_LIMITED', message, { 'retry-after': String(retryAfterS) });
  }
}

/** Each proxy appends the address that it was called from. Only the last one comes from our own proxy. */
const FORWARDED_FOR = 'x-forwarded-for';

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/**
 * Returns the address that a request comes from, as far as it can't be made up: that of the connection, or what a proxy on
 * this machine has appended.
 */
function addressOf({ headers, socket: { remoteAddress = '' } }: IncomingMessage): string {
  const forwarded = headers[FORWARDED_FOR];
  const isProxied = LOOPBACK.test(remoteAddress) && typeof forwarded === 'string' && forwarded !== '';
  return isProxied ? hash('sha256', clientOfAddress(lastOf(forwarded)), 'base64') : clientOfAddress(remoteAddress);
}

function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(',') + 1).trim();
}

/** Returns the key of a client: its header, hashed because it may be long or secret, or else its address. */
export function clientOf({ headers, socket }: IncomingMessage, keyHeader: string | undefined): string {
  const value = keyHeader === undefined ? undefined : headers[keyHeader];
  if (typeof value !== 'string' || value === '') return clientOfAddress(socket.remoteAddress ?? '');
  const client = keyHeader === FORWARDED_FOR ? lastOf(value) : value;
  return hash('sha256', clientOfAddress(client), 'base64');
}
