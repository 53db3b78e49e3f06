import { z } from 'zod';
import { subgraph } from './sections/subgraph.ts';
import { trafficShaping } from './sections/traffic-shaping.ts';

// The supergraph file: rover's keys, and the gateway's own under `gateway`. Each section of those stands in a file of its
// own: its keys, what each is for (editors show it), their defaults, and what they are called once they are read.

const gateway = z
  .strictObject({
    traffic_shaping: trafficShaping.prefault({}).describe('How calls to subgraphs are put together.'),
  })
  .transform(({ traffic_shaping }) => ({ traffic: traffic_shaping }));

const NO_SUBGRAPHS = 'give at least one subgraph, each under its name';
const NAME = /^[a-zA-Z][\w-]{0,63}$/;

export const supergraphFile = z.strictObject(
  {
    federation_version: z
      .union([z.literal(2), z.string().regex(/^=?2(\.|$)/)], { error: 'give 2, or a version such as =2.14.4' })
      .optional()
      .describe("Federation's version, for rover."),
    subgraphs: z
      .record(z.string().regex(NAME, 'a name starts with a letter, and has letters, digits, - and _'), subgraph, {
        error: NO_SUBGRAPHS,
      })
      .refine((subgraphs) => Object.keys(subgraphs).length > 0, NO_SUBGRAPHS)
      .describe('The subgraphs of the graph, each under its name.')
      .meta({ minProperties: 1 }),
    gateway: gateway.prefault({}).describe("The gateway's own settings. Other readers of this file ignore them."),
  },
  { error: 'give subgraphs: with at least one subgraph below it' },
);

/** The settings under `gateway`, all of them, with their defaults. */
export type GatewaySettings = Readonly<z.output<typeof gateway>>;
