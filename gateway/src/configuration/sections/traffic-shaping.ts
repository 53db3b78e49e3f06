import { z } from 'zod';
import { onOff, timeLimit, wholeNumber } from '../values.ts';
import { type RateLimitSettings, rateLimit } from './rate-limit.ts';

/** `gateway.traffic_shaping` */
export const trafficShaping = z
  .strictObject({
    timeout: timeLimit.prefault('10s').describe('Time limit of a whole operation.'),
    deduplicate_query: onOff(true).describe(
      'Sends identical queries that are in flight at the same time as one call, and runs operations without variables once.',
    ),
    batch_entities: onOff(true).describe(
      'Merges entity fetches of different operations into one call if they wait at the same moment, or while such calls are under way.',
    ),
    merge_fetches: onOff(true).describe(
      'Merges entity fetches of one operation to one subgraph that are ready at the same time into one call.',
    ),
    concurrency_limit: wholeNumber(1)
      .optional()
      .describe(
        'Maximum number of operations that one process runs at a time. Beyond it, requests are refused with 503.',
      ),
    rate_limit: rateLimit.optional().describe('Rate limit per client. Beyond it, requests are refused with 429.'),
  })
  .transform(({ timeout, deduplicate_query, batch_entities, merge_fetches, concurrency_limit, rate_limit }) => ({
    timeoutMs: timeout,
    deduplicateQuery: deduplicate_query,
    batchEntities: batch_entities,
    mergeFetches: merge_fetches,
    ...(concurrency_limit !== undefined && { concurrencyLimit: concurrency_limit }),
    ...(rate_limit && { rateLimit: rate_limit }),
  }));

/** Deadlines, limits and sharing of calls. */
export interface TrafficShaping {
  /** Time limit of a whole operation. */
  readonly timeoutMs: number;
  /** Sends identical queries that are in flight at the same time as one call, and runs operations without variables once. */
  readonly deduplicateQuery: boolean;
  /** Merges entity fetches of different operations into one call if they wait at the same moment, or while such calls are under way. */
  readonly batchEntities: boolean;
  /** Merges entity fetches of one operation to one subgraph that are ready at the same time into one call. */
  readonly mergeFetches: boolean;
  /** Maximum number of operations at a time; unlimited if unset. */
  readonly concurrencyLimit?: number;
  readonly rateLimit?: RateLimitSettings;
}
