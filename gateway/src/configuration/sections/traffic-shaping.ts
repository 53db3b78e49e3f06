import { z } from 'zod';
import { duration, onOff, toMilliseconds } from '../values.ts';

/** `gateway.traffic_shaping` */
export const trafficShaping = z
  .strictObject({
    timeout: duration.default(toMilliseconds('10s')),
    deduplicate_query: onOff(true),
    batch_entities: onOff(true),
  })
  .transform(({ timeout, deduplicate_query, batch_entities }) => ({
    timeoutMs: timeout,
    deduplicateQuery: deduplicate_query,
    batchEntities: batch_entities,
  }));

/** How operations run, and how their calls to subgraphs are put together. */
export interface TrafficShaping {
  /** How long a whole operation may take. */
  readonly timeoutMs: number;
  /** Whether queries that are alike and under way at the same time are one call. */
  readonly deduplicateQuery: boolean;
  /** Whether entity fetches of different operations that wait at the same moment travel together. */
  readonly batchEntities: boolean;
}
