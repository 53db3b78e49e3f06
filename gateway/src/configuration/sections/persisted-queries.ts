import { z } from 'zod';
import { onOff, timeLimit } from '../values.ts';
import { redisServer, redisTimeout } from './redis.ts';

const apqRedis = z
  .strictObject({
    ...redisServer,
    timeout: redisTimeout.describe('Longest time that a request waits for Redis.'),
    ttl: timeLimit.prefault('1440m').describe('Time after its last use for which a document is known.'),
  })
  .transform(({ urls, namespace, timeout, ttl }) => ({
    url: urls[0] ?? '',
    namespace,
    timeoutMs: timeout,
    ttlMs: ttl,
  }));

/** `gateway.apq`: automatic persisted queries (https://www.apollographql.com/docs/apollo-server/performance/apq). */
export const apq = z
  .strictObject({
    enabled: onOff(true).describe('Lets clients register a document once and send its hash from then on.'),
    router: z
      .strictObject({
        cache: z
          .strictObject({
            redis: apqRedis
              .optional()
              .describe('Redis server that has the documents of all gateways. If unset, each process knows its own.'),
          })
          .prefault({})
          .describe('Store of the documents.'),
      })
      .prefault({})
      .describe('Documents that clients have registered, as Apollo Router names them.'),
  })
  .transform(({ enabled, router }): ApqSettings => ({ enabled, redis: router.cache.redis }));

/** Automatic persisted queries. */
export interface ApqSettings {
  readonly enabled: boolean;
  /** Undefined if each process knows its own documents. */
  readonly redis?: SharedDocumentSettings | undefined;
}

/** Redis server that has the documents which clients have registered. */
export type SharedDocumentSettings = z.output<typeof apqRedis>;

const safelist = z
  .strictObject({
    enabled: onOff(false).describe('Runs only operations listed in the manifests.'),
    require_id: onOff(false).describe('Requires clients to send the id instead of the text.'),
  })
  .refine(({ enabled, require_id }) => enabled || !require_id, {
    path: ['require_id'],
    message: 'needs enabled: true; set that too, or leave it out',
  });

/** `gateway.persisted_queries` */
export const persistedQueries = z
  .strictObject({
    safelist: safelist.prefault({}).describe('Restriction to known operations.'),
    local_manifests: z
      .array(z.string('give the path of a file'), 'give a list of paths')
      .default([])
      .describe("Files that list the clients' operations, in Apollo's or Relay's format. Relative to this file."),
    log_unknown: onOff(false).describe('Logs operations that no manifest lists.'),
  })
  .refine((keys) => !keys.safelist.enabled || keys.local_manifests.length > 0, {
    path: ['local_manifests'],
    message: 'without a manifest, the safelist refuses every operation; give at least one',
  })
  .transform(
    ({ safelist: { enabled, require_id }, local_manifests, log_unknown }): PersistedQueriesSettings => ({
      safelist: enabled ? { requireId: require_id } : undefined,
      localManifests: local_manifests,
      logUnknown: log_unknown,
      operations: [],
    }),
  );

/** An operation of a manifest. */
export interface PersistedOperation {
  readonly id: string;
  readonly body: string;
}

/** Operations known by id, and the treatment of others. */
export interface PersistedQueriesSettings {
  /** Set if only known operations are executed; `requireId` makes clients send the id instead of the text. */
  readonly safelist: { readonly requireId: boolean } | undefined;
  readonly localManifests: readonly string[];
  readonly logUnknown: boolean;
  /** Operations of the manifests; empty until the manifests are read. */
  readonly operations: readonly PersistedOperation[];
}
