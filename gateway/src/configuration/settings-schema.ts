import { z } from 'zod';
import type { Certificates } from './certificates.ts';
import { authentication } from './sections/authentication.ts';
import { authorization } from './sections/authorization.ts';
import { compression } from './sections/compression.ts';
import { cors, csrf } from './sections/cors.ts';
import { demandControl } from './sections/demand-control.ts';
import {
  graphqlPath,
  healthCheck,
  introspection,
  landingPage,
  listenAddress,
  PAGE_PATHS,
} from './sections/endpoint.ts';
import { execution } from './sections/execution.ts';
import { type HeaderSettings, headers } from './sections/headers.ts';
import { hooks, progressiveOverride } from './sections/hooks.ts';
import { limits } from './sections/limits.ts';
import { apq, persistedQueries } from './sections/persisted-queries.ts';
import { type QueryPlanSettings, queryPlans } from './sections/query-plans.ts';
import { type ResponseCacheSettings, responseCache } from './sections/response-cache.ts';
import { subgraph } from './sections/subgraph.ts';
import { type SubgraphErrors, subgraphErrors } from './sections/subgraph-errors.ts';
import { telemetry } from './sections/telemetry.ts';
import { gatewayTls } from './sections/tls.ts';
import { trafficShaping } from './sections/traffic-shaping.ts';

// The supergraph file: rover's keys, and the gateway's own under `gateway`
// (https://www.apollographql.com/docs/rover/commands/supergraphs/). Each section has its own file with
// its keys, their descriptions (editors show them), their defaults, and their names in TypeScript.

const gateway = z
  .strictObject({
    listen: listenAddress,
    path: graphqlPath,
    tls: gatewayTls.prefault({}).describe('Certificates of the gateway.'),
    introspection,
    landing_page: landingPage,
    traffic_shaping: trafficShaping.prefault({}).describe('Deadlines, limits and sharing of calls.'),
    compression: compression.prefault({}).describe('Compression of answers: zstd, br or gzip.'),
    cors: cors.prefault({}).describe('Cross-origin resource sharing.'),
    csrf: csrf.prefault({}).describe('Protection against cross-site request forgery.'),
    include_subgraph_errors: subgraphErrors
      .prefault({})
      .describe('Subgraph errors that reach clients unchanged. The log has every other error in full, under its id.'),
    health_check: healthCheck.prefault({}).describe('Paths of the health checks.'),
    response_cache: responseCache.prefault({}).describe("Cache of subgraphs' answers, by root field and by entity."),
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
    query_plans: queryPlans
      .prefault({})
      .describe('Access to the plans of operations, with the timings of their calls.'),
    telemetry: telemetry.prefault({}).describe('Metrics, traces and logs.'),
    headers: headers.prefault({}).describe('Header rules for all subgraphs.'),
    hooks: hooks.prefault({}).describe('Functions of your own, for what no key covers.'),
  })
  .superRefine(({ listen, tls, path, health_check: { live, ready }, telemetry, response_cache }, context) => {
    if (listen.socketPath !== undefined && tls.supergraph) {
      const message = 'a socket speaks no TLS; remove this, or give listen an address and a port';
      context.addIssue({ code: 'custom', path: ['tls', 'supergraph'], message });
    }
    const message = 'the path is in use; give another';
    if (live === path) context.addIssue({ code: 'custom', path: ['health_check', 'live'], message });
    if (ready === path || ready === live)
      context.addIssue({ code: 'custom', path: ['health_check', 'ready'], message });
    const metrics = 'metricsPath' in telemetry ? telemetry.metricsPath : undefined; // missing if the section has a mistake
    const invalidation = response_cache?.invalidation?.path;
    if (invalidation !== undefined && [path, live, ready, metrics, ...PAGE_PATHS].includes(invalidation))
      context.addIssue({ code: 'custom', path: ['response_cache', 'invalidation', 'path'], message });
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
      query_plans,
      response_cache,
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
      queryPlans: query_plans,
      responseCache: response_cache,
    }),
  );

const NO_SUBGRAPHS = 'give at least one subgraph, each under its name';
const NAME = /^[a-zA-Z][\w-]{0,63}$/;

/** The zod schema of a supergraph file. */
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
    // after a mistake other than a wrong type, zod runs refinements on values that it has not transformed
    for (const name of 'subgraphErrors' in gateway ? Object.keys(gateway.subgraphErrors.named) : []) {
      if (name in subgraphs) continue;
      const message = `unknown subgraph; give all, or one of ${Object.keys(subgraphs).join(', ')}`;
      context.addIssue({ code: 'custom', path: ['gateway', 'include_subgraph_errors', name], message });
    }
    for (const name of 'responseCache' in gateway ? Object.keys(gateway.responseCache?.named ?? {}) : []) {
      if (name in subgraphs) continue;
      const message = `unknown subgraph; give one of ${Object.keys(subgraphs).join(', ')}`;
      context.addIssue({ code: 'custom', path: ['gateway', 'response_cache', 'subgraph', 'subgraphs', name], message });
    }
  });

/** Settings under `gateway`, with their defaults. */
export type GatewaySettings = Readonly<
  Omit<z.output<typeof gateway>, 'subgraphErrors' | 'headers' | 'responseCache' | 'queryPlans' | 'tls'>
> & {
  readonly subgraphErrors: SubgraphErrors;
  /** Certificate of its port; undefined if that speaks HTTP without TLS. */
  readonly certificates?: Certificates | undefined;
  readonly headers: HeaderSettings;
  /** Undefined if nobody may have them. */
  readonly queryPlans?: QueryPlanSettings | undefined;
  /** Undefined if it is off. */
  readonly responseCache?: ResponseCacheSettings | undefined;
};
