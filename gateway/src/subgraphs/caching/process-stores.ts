import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { RedisSettings, ResponseCacheSettings } from '../../configuration/sections/response-cache.ts';
import type { Drop } from './drop.ts';
import { MemoryStore } from './memory-store.ts';
import type { RedisStore } from './redis/redis-store.ts';
import type { Dropped, Store } from './store.ts';

interface SharedStore {
  readonly store: RedisStore;
  /** Resolves with false if Redis was not there at first. */
  readonly answers: Promise<boolean>;
  /** Number of supergraphs that use it. */
  holders: number;
}

/** Stores of this process. */
class ProcessStores {
  /** Outlives changes of the settings, because mutations that began before one end after it. */
  readonly memory = new MemoryStore(1);
  /** By their settings. */
  readonly #shared = new Map<string, SharedStore>();

  /**
   * Opens the store of a supergraph, if there is to be one.
   *
   * @throws {ConfigurationError} if it is in a Redis that is required to start, and does not answer
   */
  async open(settings: ResponseCacheSettings | undefined, logger: Logger): Promise<OpenStore | undefined> {
    const redis = settings?.redis;
    this.memory.resize(settings && !redis ? settings.maxBytes : 1);
    if (!settings) return undefined;
    if (!redis) return new OpenStore(this.memory, this, () => {});
    const key = JSON.stringify(redis);
    const shared = this.#shared.get(key) ?? (await this.#connect(key, redis, logger));
    shared.holders += 1;
    const close = async () => {
      shared.holders -= 1;
      if (shared.holders > 0) return;
      this.#shared.delete(key);
      await shared.store.close();
    };
    if (redis.isRequiredToStart && !(await shared.answers)) {
      await close();
      throw new ConfigurationError('gateway.response_cache.redis: Redis does not answer, and is required to start');
    }
    return new OpenStore(shared.store, this, close);
  }

  /** Drops in all stores: a mutation may have begun before the settings chose another. */
  drop(drop: Drop): Dropped | Promise<Dropped> {
    const dropped = this.memory.drop(drop);
    if (this.#shared.size === 0) return dropped;
    return Promise.all([...this.#shared.values()].map(({ store }) => store.drop(drop))).then((all) => ({
      count: undefined,
      isComplete: all.every(({ isComplete }) => isComplete),
    }));
  }

  /** Loads the client of Redis only if one is configured. */
  async #connect(key: string, settings: RedisSettings, logger: Logger): Promise<SharedStore> {
    const { openRedisStore } = await import('./redis/open-redis-store.ts');
    const shared = { ...openRedisStore(settings, logger), holders: 0 };
    this.#shared.set(key, shared);
    return shared;
  }
}

/** Store that a supergraph reads and writes. What it drops is dropped in all stores of the process. */
export class OpenStore implements Store {
  readonly #own: Store;
  readonly #all: ProcessStores;
  /** To be called once no call is under way. */
  readonly close: () => void | Promise<void>;

  constructor(own: Store, all: ProcessStores, close: () => void | Promise<void>) {
    this.#own = own;
    this.#all = all;
    this.close = close;
  }

  now() {
    return this.#own.now();
  }

  moment() {
    return this.#own.moment();
  }

  find(keys: readonly string[]) {
    return this.#own.find(keys);
  }

  set(...given: Parameters<Store['set']>) {
    this.#own.set(...given);
  }

  delete(keys: readonly string[]) {
    this.#own.delete(keys);
  }

  drop(drop: Drop) {
    return this.#all.drop(drop);
  }
}

export const processStores = new ProcessStores();
