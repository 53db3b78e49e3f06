import { z } from 'zod';
import { onOff } from '../values.ts';

/** `gateway.traffic_shaping` */
export const trafficShaping = z
  .strictObject({
    deduplicate_query: onOff(true).describe(
      'Whether queries that are alike and under way at the same time are one call.',
    ),
    batch_entities: onOff(true).describe(
      'Whether entity fetches of different operations that wait at the same moment travel together.',
    ),
  })
  .transform(({ deduplicate_query, batch_entities }) => ({
    deduplicateQuery: deduplicate_query,
    batchEntities: batch_entities,
  }));

/** How calls to subgraphs are put together. */
export interface TrafficShaping {
  /** Whether queries that are alike and under way at the same time are one call. */
  readonly deduplicateQuery: boolean;
  /** Whether entity fetches of different operations that wait at the same moment travel together. */
  readonly batchEntities: boolean;
}
