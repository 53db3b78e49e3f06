import { MIN_SECRET_LENGTH } from '@lockstep/runtime/http/server/secret.ts';
import { z } from 'zod';
import { headerName, onOff, sizeLimit, timeLimit } from '../values.ts';
import { anyUrlPath } from './endpoint.ts';
import { redisServer } from './redis.ts';

const PRIVATE_ID_RULE = 'give claim: with the name of a claim, or header: with the name of a header';

/** Origin of the id under which private data are stored: a claim, or else a header. */
export interface PrivateId {
  readonly claim?: string | undefined;
  readonly header?: string | undefined;
}

const privateId = z
  .strictObject({
    claim: z
      .string(PRIVATE_ID_RULE)
      .min(1, PRIVATE_ID_RULE)
      .optional()
      .describe('Claim of the token that identifies the owner.'),
    header: headerName.optional().describe('Header of the client that identifies the owner.'),
  })
  .refine(({ claim, header }) => (claim === undefined) !== (header === undefined), PRIVATE_ID_RULE)
  .describe('What identifies the owner of private data. If unset, these are not stored.');

const ofSubgraph = z.strictObject({
  enabled: z.boolean('give true or false').optional().describe('Stores what the subgraph lets be stored.'),
  ttl: timeLimit.optional().describe('Lifetime of answers that say nothing of theirs. If unset, these are not stored.'),
  max_ttl: timeLimit.optional().describe('Longest lifetime, whatever the subgraph says.'),
  private_id: privateId.optional(),
});

const SHARED_KEY_RULE = `give at least ${MIN_SECRET_LENGTH} characters`;

const invalidation = z
  .strictObject({
    path: anyUrlPath('/invalidation').describe('Path at which stored answers are invalidated.'),
    shared_key: z
      .string(SHARED_KEY_RULE)
      .min(MIN_SECRET_LENGTH, SHARED_KEY_RULE)
      .describe('Secret that the `authorization` header of an invalidation has to have.')
      .meta({ writeOnly: true }),
  })
  .transform(({ path, shared_key }) => ({ path, sharedKey: shared_key }));

/** Endpoint of invalidations. */
export type InvalidationSettings = z.output<typeof invalidation>;

const redis = z
  .strictObject({
    urls: redisServer.urls,
    fetch_timeout: timeLimit.prefault('150ms').describe('Longest time that a fetch waits for Redis.'),
    invalidate_timeout: timeLimit
      .refine((ms) => ms >= 100, 'give a duration of 100ms or more')
      .prefault('1s')
      .describe('Longest time that a mutation or an invalidation waits for Redis.'),
    namespace: redisServer.namespace,
    required_to_start: onOff(false).describe('Refuses to start, or to take the change, if Redis does not answer.'),
  })
  .transform(({ urls, fetch_timeout, invalidate_timeout, namespace, required_to_start }) => ({
    url: urls[0] ?? '',
    fetchTimeoutMs: fetch_timeout,
    invalidateTimeoutMs: invalidate_timeout,
    namespace,
    isRequiredToStart: required_to_start,
  }));

/** Redis server in which answers are stored. */
export type RedisSettings = z.output<typeof redis>;

/** `gateway.response_cache` */
export const responseCache = z
  .strictObject({
    enabled: onOff(false).describe('Stores answers of subgraphs.'),
    debug: onOff(true).describe(
      'Tells clients by `cache-status` what came from the cache. If unset, false with NODE_ENV=production: only stale answers are marked.',
    ),
    max_size: sizeLimit.prefault('64mb').describe('Memory of one process that the stored answers may take.'),
    redis: redis
      .optional()
      .describe('Redis server that all gateways store answers in. If unset, each process stores its own.'),
    invalidation: invalidation.optional().describe('Endpoint that invalidates stored answers. Off if unset.'),
    subgraph: z
      .strictObject({
        all: ofSubgraph.prefault({}).describe('For all subgraphs.'),
        subgraphs: z.record(z.string(), ofSubgraph).prefault({}).describe('For one subgraph, before what is for all.'),
      })
      .prefault({})
      .describe('What is stored, and for how long.'),
  })
  .transform(({ enabled, debug, max_size, redis, invalidation, subgraph: { all, subgraphs } }) =>
    enabled
      ? {
          tellsClients: debug,
          maxBytes: max_size,
          redis,
          invalidation,
          all: toSettings(all),
          named: mapValues(subgraphs, toSettings),
        }
      : undefined,
  );

/** Settings of what is stored of one subgraph. */
export interface SubgraphCacheSettings {
  readonly enabled?: boolean;
  /** Lifetime of answers that say nothing of theirs; undefined if these are not stored. */
  readonly ttlMs?: number;
  readonly maxTtlMs?: number;
  /** Undefined if private data are not stored. */
  readonly privateId?: PrivateId;
}

/** The response cache. */
export interface ResponseCacheSettings {
  readonly maxBytes: number;
  /** Undefined if each process stores its own. */
  readonly redis?: RedisSettings | undefined;
  /** True if every answer tells what came from the cache, and not only stale ones. */
  readonly tellsClients: boolean;
  /** Undefined if there is none. */
  readonly invalidation?: InvalidationSettings | undefined;
  readonly all: SubgraphCacheSettings;
  /** Settings that replace those of `all`, by subgraph name. */
  readonly named: Readonly<Record<string, SubgraphCacheSettings>>;
}

/** Returns what applies to a subgraph, or undefined if nothing of it is stored. */
export function subgraphCacheSettings(
  cache: ResponseCacheSettings | undefined,
  subgraph: string,
): SubgraphCacheSettings | undefined {
  if (!cache) return undefined;
  const settings = { enabled: true, ...cache.all, ...cache.named[subgraph] };
  return settings.enabled ? settings : undefined;
}

function toSettings({ enabled, ttl, max_ttl, private_id }: z.output<typeof ofSubgraph>): SubgraphCacheSettings {
  return {
    ...(enabled !== undefined && { enabled }),
    ...(ttl !== undefined && { ttlMs: ttl }),
    ...(max_ttl !== undefined && { maxTtlMs: max_ttl }),
    ...(private_id && { privateId: private_id }),
  };
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
