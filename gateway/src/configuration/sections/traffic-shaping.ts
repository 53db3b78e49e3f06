import { z } from 'zod';
import { duration, onOff, toMilliseconds, wholeNumber } from '../values.ts';
import { type RateLimitSettings, rateLimit } from './rate-limit.ts';

/** `gateway.traffic_shaping` */
export const trafficShaping = z
  .strictObject({
    timeout: duration.default(toMilliseconds('10s')),
    deduplicate_query: onOff(true),
    batch_entities: onOff(true),
    concurrency_limit: wholeNumber(1).optional(),
    rate_limit: rateLimit.optional(),
  })
  .transform(({ timeout, deduplicate_query, batch_entities, concurrency_limit, rate_limit }) => ({
    timeoutMs: timeout,
    deduplicateQuery: deduplicate_query,
    batchEntities: batch_entities,
    ...(concurrency_limit !== undefined && { concurrencyLimit: concurrency_limit }),
    ...(rate_limit && { rateLimit: rate_limit }),
  }));

/** How operations run, and how their calls to subgraphs are put together. */
export interface TrafficShaping {
  /** How long a whole operation may take. */
  readonly timeoutMs: number;
  /** Whether queries that are alike and under way at the same time are one call. */
  readonly deduplicateQuery: boolean;
  /** Whether entity fetches of different operations that wait at the same moment travel together. */
  readonly batchEntities: boolean;
  /** How many operations run at a time; any number where it isn't set. */
  readonly concurrencyLimit?: number;
  readonly rateLimit?: RateLimitSettings;
}
