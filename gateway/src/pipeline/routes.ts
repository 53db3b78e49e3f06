import { live, ready } from '@lockstep/runtime/http/server/health.ts';
import { routes } from '@lockstep/runtime/http/server/routes.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { ChangeLog } from '../supergraph/change-log.ts';
import type { HandlerFoundation } from '../supergraph/generation.ts';
import { allowOrigins } from './admission/cors.ts';
import type { TrafficLimits } from './admission/traffic-limits.ts';
import { invalidations } from './invalidations.ts';
import { pageRoutes } from './pages/pages.ts';

/** Routes the paths of the gateway: GraphQL, the pages for browsers, the health of the process and its metrics. */
export function gatewayRoutes(
  { settings, supergraph, instruments: { metrics } }: HandlerFoundation,
  {
    logger,
    isReady,
    changes,
  }: { readonly logger: Logger; isReady(): boolean; readonly changes?: ChangeLog | undefined },
  limits: TrafficLimits,
  graphql: Handler,
): Handler {
  const { path, landingPage, healthCheck, cors, telemetry } = settings;
  const metricsRoute: Record<string, Handler> =
    telemetry.metricsPath !== undefined && metrics
      ? { [telemetry.metricsPath]: (_request, response) => metrics.registry.answer(response) }
      : {};
  const invalidation = settings.responseCache?.invalidation;
  return routes({
    ...pageRoutes(landingPage, path, { supergraph, changes }, limits, logger),
    [healthCheck.live]: live,
    [healthCheck.ready]: ready(async () => (isReady() ? undefined : 'the process is stopping')),
    ...metricsRoute,
    ...(invalidation && { [invalidation.path]: invalidations(invalidation.sharedKey) }),
    [path]: allowOrigins(cors, graphql),
  });
}
