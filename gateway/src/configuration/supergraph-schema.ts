import { z } from 'zod';
import { authentication } from './sections/authentication.ts';
import { authorization } from './sections/authorization.ts';
import { progressiveOverride } from './sections/progressive-override.ts';
import { subgraph } from './sections/subgraph.ts';
import { trafficShaping } from './sections/traffic-shaping.ts';

// The supergraph file: rover's keys, and the gateway's own under `gateway`. Each section of those stands in a file of its
// own: its keys, their defaults, and what they are called once they are read.

const gateway = z
  .strictObject({
    traffic_shaping: trafficShaping.prefault({}),
    authentication: authentication.prefault({}),
    authorization: authorization.prefault({}),
    progressive_override: progressiveOverride.prefault({}),
  })
  .transform(({ traffic_shaping, progressive_override, ...sections }) => ({
    ...sections,
    traffic: traffic_shaping,
    progressiveOverride: progressive_override,
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
