import { z } from 'zod';
import { apq } from './sections/apq.ts';
import { demandControl } from './sections/demand-control.ts';
import { limits } from './sections/limits.ts';
import { persistedQueries } from './sections/persisted-queries.ts';
import { subgraph } from './sections/subgraph.ts';
import { trafficShaping } from './sections/traffic-shaping.ts';

// The supergraph file: rover's keys, and the gateway's own under `gateway`. Each section of those stands in a file of its
// own: its keys, their defaults, and what they are called once they are read.

const gateway = z
  .strictObject({
    traffic_shaping: trafficShaping.prefault({}),
    limits: limits.prefault({}).describe('How large a request may be.'),
    demand_control: demandControl.prefault({}).describe('What an operation may cost, by @cost and @listSize.'),
    apq: apq.prefault({}).describe('Automatic persisted queries.'),
    persisted_queries: persistedQueries.prefault({}).describe('The operations that are known beforehand.'),
  })
  .transform(({ traffic_shaping, demand_control, persisted_queries, ...rest }) => ({
    ...rest,
    traffic: traffic_shaping,
    demandControl: demand_control,
    persistedQueries: persisted_queries,
  }));

const NO_SUBGRAPHS = 'give at least one subgraph, each under its name';

export const supergraphFile = z.strictObject({
  federation_version: z
    .union([z.literal(2), z.string().regex(/^=?2(\.|$)/)], { error: 'give 2, or a version such as =2.14.4' })
    .optional(),
  subgraphs: z
    .record(z.string().regex(/^[a-zA-Z][\w-]{0,63}$/, 'a name has letters, digits, - and _'), subgraph, {
      error: NO_SUBGRAPHS,
    })
    .refine((subgraphs) => Object.keys(subgraphs).length > 0, NO_SUBGRAPHS),
  gateway: gateway.prefault({}),
});

/** The settings under `gateway`, all of them, with their defaults. */
export type GatewaySettings = Readonly<z.output<typeof gateway>>;
