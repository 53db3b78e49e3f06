import type { Logger } from '@lockstep/runtime/logging.ts';
import { createClient } from '@redis/client';
import { z } from 'zod';
import { MemoryCounts, type RequestCount, type RequestCounts } from './request-counts.ts';

const KEY_PREFIX = 'lockstep:requests:';

/** In one step, so that no interval is left without an end. */
const COUNT = `
local requests = redis.call('incr', KEYS[1])
if requests == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return { requests, redis.call('pttl', KEYS[1]) }`;

const countReply = z.tuple([z.number(), z.number()]);

/** Time that a request waits for Redis before this process counts by itself. */
const TIMEOUT_MS = 100;
/** Time that it goes on doing so before Redis is asked again. */
const PAUSE_MS = 1000;

type RedisClient = Pick<ReturnType<typeof createClient>, 'connect' | 'destroy' | 'eval' | 'isReady' | 'on'>;

/** Counts shared by all processes that use the same Redis. While it is down, each process counts by itself. */
export class RedisCounts implements RequestCounts {
  readonly #client: RedisClient;
  readonly #intervalMs: number;
  readonly #own: MemoryCounts;
  readonly #logger: Logger;
  #isUp = true;
  #isConnected = false;
  #pausedUntil = 0;
  #isClosed = false;

  constructor(url: string, intervalMs: number, logger: Logger) {
    this.#intervalMs = intervalMs;
    this.#own = new MemoryCounts(intervalMs);
    this.#logger = logger;
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      socket: { connectTimeout: PAUSE_MS, reconnectStrategy: PAUSE_MS },
    });
    this.#client.on('error', (error) => this.#noteDown(error));
    this.#client.on('ready', () => this.#noteConnected());
    this.#client.connect().catch((error) => this.#noteDown(error));
  }

  add(client: string): RequestCount | Promise<RequestCount> {
    if (!this.#client.isReady || performance.now() < this.#pausedUntil) return this.#own.add(client);
    return this.#addShared(client);
  }

  close(): void {
    this.#isClosed = true;
    this.#client.destroy();
  }

  async #addShared(client: string): Promise<RequestCount> {
    try {
      const options = { keys: [`${KEY_PREFIX}${client}`], arguments: [String(this.#intervalMs)] };
      const [requests, resetsInMs] = countReply.parse(await inTime(this.#client.eval(COUNT, options)));
      this.#noteUp();
      return { requests, resetsInMs };
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      this.#noteDown(error);
      return this.#own.add(client);
    }
  }

  /** Notes that Redis is connected. The first connection takes some milliseconds, which is not an outage. */
  #noteConnected(): void {
    if (!this.#isConnected && this.#isUp) {
      this.#logger.info('Redis answers: clients are counted for all processes together');
    }
    this.#isConnected = true;
  }

  #noteUp(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#logger.info('Redis answers again: clients are counted for all processes together');
  }

  /** Logs an outage once. */
  #noteDown(error: unknown): void {
    if (!this.#isUp || this.#isClosed) return;
    this.#isUp = false;
    this.#logger.warn(
      { err: error },
      "Redis can't be asked how many requests a client has sent: each process counts by itself",
    );
  }
}

async function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
