import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { graphql } from '@lockstep/runtime/http/graphql.ts';
import { live, ready } from '@lockstep/runtime/http/health.ts';
import { routes } from '@lockstep/runtime/http/routes.ts';
import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Config } from '../configuration/environment.ts';
import type { SupergraphHandover } from '../supergraph/handover.ts';
import type { Context } from './context.ts';
import { allowOrigins } from './cors.ts';
import { directExecution } from './direct-execution.ts';
import { formatError } from './error-format.ts';
import { landingPage } from './landing-page.ts';

const GRAPHQL_PATH = '/graphql';

/**
 * What Apollo Server puts around every request for features that a gateway doesn't have: cache hints and traces are of
 * fields that it resolves. {@link notStored} says what the first of them would.
 */
const INSTRUMENTATION_OFF: ApolloServerPlugin[] = [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
];

/** The gateway, started and not listening yet. */
export interface GatewayServer {
  handler: Handler;
  stop(): Promise<void>;
}

/** Puts Apollo Server before the gateway, at `/graphql`. A browser that opens `/` is led there. */
export async function createServer(
  gateway: SupergraphHandover,
  config: Config,
  logger: Logger,
): Promise<GatewayServer> {
  const server = new ApolloServer<Context>({
    gateway,
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: !config.introspection,
    includeStacktraceInErrorResponses: false,
    formatError: formatError(logger),
    logger,
    plugins: [landingPage(config.landingPage), ...INSTRUMENTATION_OFF, directExecution(gateway)],
    stopOnTerminationSignals: false,
  });
  await server.start();
  const answer = allowOrigins(config.corsOrigins, notStored(graphql(server, (signal) => ({ signal }))));
  return {
    handler: routes({
      ...(config.landingPage && { '/': redirect(GRAPHQL_PATH) }),
      [GRAPHQL_PATH]: answer,
      '/health/live': live,
      '/health/ready': ready(async () => {}),
    }),
    stop: () => server.stop(),
  };
}

/** An answer is for who asked for it, and only then. */
function notStored(handler: Handler): Handler {
  return (request, response) => {
    response.setHeader('cache-control', 'no-store');
    return handler(request, response);
  };
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { location }).end();
  };
}
