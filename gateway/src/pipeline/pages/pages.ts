import type { ApolloServerPlugin, GraphQLServerContext } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { NO_SNIFFING } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GraphQLSchema } from 'graphql';
import { GRAPHIQL_PATH, type LandingPages } from '../../configuration/sections/endpoint.ts';
import { limited } from '../admission/limited.ts';
import type { TrafficLimits } from '../admission/traffic-limits.ts';
import { firstQuery } from './first-query.ts';
import { graphiqlPage } from './graphiql.ts';
import { Page } from './page.ts';

/** Page at the path of GraphQL, with a query of this graph filled in. */
export class LandingPage {
  /** Makes Apollo Server answer with an empty page whoever prefers one. */
  readonly plugin: ApolloServerPlugin;
  #page: Page | undefined;

  constructor({ atEndpoint }: LandingPages, path: string, logger: Logger) {
    if (atEndpoint === 'none') {
      this.plugin = ApolloServerPluginLandingPageDisabled();
      return;
    }
    this.plugin = {
      serverWillStart: async (service) => {
        const query = firstQuery(service.schema);
        this.#page =
          atEndpoint === 'graphiql' ? graphiqlPage(path, query, logger) : await sandboxPage(service, query, logger);
        return { renderLandingPage: async () => ({ html: '' }) };
      },
    };
  }

  /** Answers with the page, which is there once Apollo Server has started. */
  readonly handle: Handler = (request, response) => this.#page?.handle(request, response);
}

/** Returns Apollo Sandbox, which is loaded from the internet. Its scripts' nonce stays the same, as all of the page does. */
async function sandboxPage(service: GraphQLServerContext, document: string, logger: Logger): Promise<Page> {
  const plugin = ApolloServerPluginLandingPageLocalDefault({ document, embed: { runTelemetry: false } });
  const listener = await plugin.serverWillStart?.(service);
  const { html = '' } = (await listener?.renderLandingPage?.()) ?? {};
  return new Page(async () => (typeof html === 'string' ? html : html()), logger);
}

/** Routes the pages beside the path of GraphQL: `/`, which redirects there, and GraphiQL. */
export function pageRoutes(
  { atEndpoint, graphiql: isShown }: LandingPages,
  path: string,
  schema: GraphQLSchema,
  limits: TrafficLimits,
  logger: Logger,
): Record<string, Handler> {
  return {
    ...(atEndpoint !== 'none' && { '/': limited(limits, redirect(path)) }),
    ...(isShown && { [GRAPHIQL_PATH]: limited(limits, graphiqlPage(path, firstQuery(schema), logger).handle) }),
  };
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { ...NO_SNIFFING, location }).end();
  };
}
