import type { Logger } from '@lockstep/runtime/logging.ts';
import { z } from 'zod';
import type { SharedCountSettings } from '../../configuration/sections/rate-limit.ts';
import { RedisLink } from '../../redis/redis-link.ts';
import { MemoryCounts, type RequestCount, type RequestCounts } from './request-counts.ts';

/** In one step, so that no interval is left without an end. */
const COUNT = `
local requests = redis.call('incr', KEYS[1])
if requests == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return { requests, redis.call('pttl', KEYS[1]) }`;

const countReply = z.tuple([z.number(), z.number()]);

/** Time that a request waits for Redis before this process counts by itself. */
const TIMEOUT_MS = 100;

const LOG = {
  up: 'clients are counted for all processes together',
  down: "Redis can't be asked how many requests a client has sent: each process counts by itself",
};

/** Counts shared by all processes that use the same Redis and namespace. While it is down, each process counts by itself. */
export class RedisCounts implements RequestCounts {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #intervalMs: number;
  readonly #own: MemoryCounts;

  constructor({ url, namespace }: SharedCountSettings, intervalMs: number, logger: Logger) {
    this.#prefix = `${namespace}:requests:`;
    this.#intervalMs = intervalMs;
    this.#own = new MemoryCounts(intervalMs);
    this.#link = new RedisLink({ url, timeoutMs: TIMEOUT_MS, use: 'rate_limit', log: LOG }, logger);
  }

  add(client: string): RequestCount | Promise<RequestCount> {
    return this.#link.isReady ? this.#addShared(client) : this.#own.add(client);
  }

  close(): void {
    this.#link.close();
  }

  async #addShared(client: string): Promise<RequestCount> {
    const reply = await this.#link.run(['EVAL', COUNT, '1', `${this.#prefix}${client}`, String(this.#intervalMs)]);
    const { success, data } = countReply.safeParse(reply);
    return success ? { requests: data[0], resetsInMs: data[1] } : this.#own.add(client);
  }
}
