import { z } from 'zod';
import { duration, onOff, wholeNumber } from '../values.ts';
import { type RateLimitSettings, rateLimit } from './rate-limit.ts';

/** `gateway.traffic_shaping` */
export const trafficShaping = z
  .strictObject({
    timeout: duration.prefault('10s').describe('How long a whole operation may take.'),
    deduplicate_query: onOff(true).describe(
      'Whether queries that are alike and under way at the same time are one call.',
    ),
    batch_entities: onOff(true).describe(
      'Whether entity fetches of different operations that wait at the same moment travel together.',
    ),
    concurrency_limit: wholeNumber(1)
      .optional()
      .describe('How many operations one process runs at a time. Beyond it requests are refused with 503.'),
    rate_limit: rateLimit
      .optional()
      .describe('How many requests one client may send. Beyond it they are refused with 429.'),
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
