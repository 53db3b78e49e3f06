import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { NO_SNIFFING } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GRAPHIQL_PATH, type LandingPages } from '../../configuration/sections/endpoint.ts';
import { limited } from '../admission/limited.ts';
import type { TrafficLimits } from '../admission/traffic-limits.ts';
import { firstQuery } from './first-query.ts';
import { graphPageRoutes, type ShownGraph } from './graph-page.ts';
import { graphiqlPage } from './graphiql.ts';
import { graphiqlFiles } from './graphiql-files.ts';
import type { Page } from './page.ts';
import { ownFiles } from './page-folder.ts';
import { sandboxPage } from './sandbox.ts';

/** Page at the path of GraphQL, with a query of this graph filled in. */
export class LandingPage {
  /** Makes Apollo Server answer with an empty page whoever prefers one. */
  readonly plugin: ApolloServerPlugin;
  #page: Page | undefined;

  constructor({ atEndpoint, graphiql }: LandingPages, path: string, logger: Logger) {
    if (atEndpoint === 'none') {
      this.plugin = ApolloServerPluginLandingPageDisabled();
      return;
    }
    this.plugin = {
      serverWillStart: async (service) => {
        const query = firstQuery(service.schema);
        this.#page =
          atEndpoint === 'graphiql'
            ? graphiqlPage(path, query, logger)
            : await sandboxPage(service, query, graphiql, logger);
        return { renderLandingPage: async () => ({ html: '' }) };
      },
    };
  }

  /** Answers with the page, which is there once Apollo Server has started. */
  readonly handle: Handler = (request, response) => this.#page?.handle(request, response);
}

/** Routes the pages beside the path of GraphQL: `/`, which redirects there, GraphiQL, and the page of the graph. */
export function pageRoutes(
  { atEndpoint, graphiql: isShown }: LandingPages,
  path: string,
  shown: ShownGraph,
  limits: TrafficLimits,
  logger: Logger,
): Record<string, Handler> {
  const { apiSchema } = shown.supergraph.operations.planner;
  return {
    ...(atEndpoint !== 'none' && { '/': limited(limits, redirect(path)) }),
    ...(isShown && graphiqlRoutes(graphiqlPage(path, firstQuery(apiSchema), logger), shown, limits, logger)),
  };
}

function graphiqlRoutes(page: Page, shown: ShownGraph, limits: TrafficLimits, logger: Logger): Record<string, Handler> {
  const handlers = Object.entries({
    [GRAPHIQL_PATH]: page.handle,
    ...graphiqlFiles(logger).handlers,
    ...ownFiles(logger).handlers,
    ...graphPageRoutes(shown, logger),
  });
  return Object.fromEntries(handlers.map(([path, handler]) => [path, limited(limits, handler)]));
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { ...NO_SNIFFING, location }).end();
  };
}
