import { z } from 'zod';
import { apq } from './sections/apq.ts';
import { authentication } from './sections/authentication.ts';
import { authorization } from './sections/authorization.ts';
import { cors } from './sections/cors.ts';
import { csrf } from './sections/csrf.ts';
import { demandControl } from './sections/demand-control.ts';
import { graphqlPath, introspection, landingPage, listenAddress, PAGE_PATHS } from './sections/endpoint.ts';
import { execution } from './sections/execution.ts';
import { type HeaderSettings, headers } from './sections/headers.ts';
import { healthCheck } from './sections/health-check.ts';
import { hooks } from './sections/hooks.ts';
import { limits } from './sections/limits.ts';
import { persistedQueries } from './sections/persisted-queries.ts';
import { progressiveOverride } from './sections/progressive-override.ts';
import { subgraph } from './sections/subgraph.ts';
import { type SubgraphErrors, subgraphErrors } from './sections/subgraph-errors.ts';
import { telemetry } from './sections/telemetry.ts';
import { trafficShaping } from './sections/traffic-shaping.ts';

// The supergraph file: rover's keys, and the gateway's own under `gateway`. Each section of those stands in a file of its
// own: its keys, what each is for (editors show it), their defaults, and what they are called once they are read.

const gateway = z
  .strictObject({
    listen: listenAddress,
    path: graphqlPath,
    introspection,
    landing_page: landingPage,
    traffic_shaping: trafficShaping.prefault({}).describe('Deadlines, limits and sharing of calls.'),
    cors: cors.prefault({}).describe('Cross-origin resource sharing.'),
    csrf: csrf.prefault({}).describe('Protection against cross-site request forgery.'),
    include_subgraph_errors: subgraphErrors
      .prefault({})
      .describe('Subgraph errors that reach clients unchanged. The log has every other error in full, under its id.'),
    health_check: healthCheck.prefault({}).describe('Paths of the health checks.'),
    limits: limits.prefault({}).describe('Limits on the size of requests.'),
    demand_control: demandControl
      .prefault({})
      .describe('Limit on the cost of an operation, estimated with @cost and @listSize.'),
    apq: apq.prefault({}).describe('Automatic persisted queries.'),
    persisted_queries: persistedQueries.prefault({}).describe('Operations that are known in advance.'),
    authentication: authentication.prefault({}).describe('Identification of clients.'),
    authorization: authorization.prefault({}).describe('Access to types and fields.'),
    progressive_override: progressiveOverride.prefault({}).describe('Labels of @override that are active.'),
    execution: execution.prefault({}).describe('Execution of operations.'),
    telemetry: telemetry.prefault({}).describe('Metrics, traces and logs.'),
    headers: headers.prefault({}).describe('Header rules for all subgraphs.'),
    hooks: hooks.prefault({}).describe('Functions of your own, for what no key covers.'),
  })
  .superRefine(({ path, health_check: { live, ready }, telemetry }, context) => {
    const message = 'give another path: this one answers something else';
    if (live === path) context.addIssue({ code: 'custom', path: ['health_check', 'live'], message });
    if (ready === path || ready === live)
      context.addIssue({ code: 'custom', path: ['health_check', 'ready'], message });
    const metrics = 'metricsPath' in telemetry ? telemetry.metricsPath : undefined; // not there after a mistake in it
    if (metrics !== undefined && [path, live, ready, ...PAGE_PATHS].includes(metrics))
      context.addIssue({ code: 'custom', path: ['telemetry', 'metrics', 'prometheus'], message });
  })
  .transform(
    ({
      traffic_shaping,
      landing_page,
      include_subgraph_errors,
      health_check,
      demand_control,
      persisted_queries,
      progressive_override,
      ...settings
    }) => ({
      ...settings,
      landingPage: landing_page,
      traffic: traffic_shaping,
      subgraphErrors: include_subgraph_errors,
      healthCheck: health_check,
      demandControl: demand_control,
      persistedQueries: persisted_queries,
      progressiveOverride: progressive_override,
    }),
  );

const NO_SUBGRAPHS = 'give at least one subgraph, each under its name';
const NAME = /^[a-zA-Z][\w-]{0,63}$/;

export const supergraphFile = z
  .strictObject(
    {
      federation_version: z
        .union([z.literal(2), z.string().regex(/^=?2(\.|$)/)], { error: 'give 2, or a version such as =2.14.4' })
        .optional()
        .describe('Version of Federation, for rover.'),
      subgraphs: z
        .record(z.string().regex(NAME, 'a name starts with a letter, and has letters, digits, - and _'), subgraph, {
          error: NO_SUBGRAPHS,
        })
        .refine((subgraphs) => Object.keys(subgraphs).length > 0, NO_SUBGRAPHS)
        .describe('Subgraphs, each under its name.')
        .meta({ minProperties: 1 }),
      gateway: gateway.prefault({}).describe('Settings of the gateway. Other readers of this file ignore them.'),
    },
    { error: 'give subgraphs: with at least one subgraph below it' },
  )
  .superRefine(({ subgraphs, gateway }, context) => {
    // zod goes on after a mistake that isn't of type, but then doesn't transform
    for (const name of 'subgraphErrors' in gateway ? Object.keys(gateway.subgraphErrors.named) : []) {
      if (name in subgraphs) continue;
      const message = `there is no such subgraph: give all, or one of ${Object.keys(subgraphs).join(', ')}`;
      context.addIssue({ code: 'custom', path: ['gateway', 'include_subgraph_errors', name], message });
    }
  });

/** The settings under `gateway`, all of them, with their defaults. */
export type GatewaySettings = Readonly<Omit<z.output<typeof gateway>, 'subgraphErrors' | 'headers'>> & {
  readonly subgraphErrors: SubgraphErrors;
  readonly headers: HeaderSettings;
};
