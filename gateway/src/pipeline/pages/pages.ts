import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { NO_SNIFFING, PAGE_HEADERS } from '@lockstep/runtime/http/server/security-headers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { GraphQLSchema } from 'graphql';
import { GRAPHIQL_PATH, type LandingPages } from '../../configuration/sections/endpoint.ts';
import { firstQuery } from './first-query.ts';
import { graphiqlPage } from './graphiql.ts';

/** Shows browsers a page at the path of GraphQL, with a query of this graph filled in, or nothing. */
export function landingPage({ atEndpoint }: LandingPages, path: string): ApolloServerPlugin {
  if (atEndpoint === 'none') return ApolloServerPluginLandingPageDisabled();
  return {
    async serverWillStart(service) {
      const document = firstQuery(service.schema);
      if (atEndpoint === 'graphiql') {
        return { renderLandingPage: async () => ({ html: () => graphiqlPage(path, document) }) };
      }
      const sandbox = ApolloServerPluginLandingPageLocalDefault({ document, embed: { runTelemetry: false } });
      return sandbox.serverWillStart?.(service);
    },
  };
}

/** Routes the pages beside the path of GraphQL: `/`, which redirects there, and GraphiQL. */
export function pageRoutes(
  { atEndpoint, graphiql: isShown }: LandingPages,
  path: string,
  schema: GraphQLSchema,
): Record<string, Handler> {
  return {
    ...(atEndpoint !== 'none' && { '/': redirect(path) }),
    ...(isShown && { [GRAPHIQL_PATH]: graphiql(schema, path) }),
  };
}

function graphiql(schema: GraphQLSchema, path: string): Handler {
  return async (_request, response) => {
    const html = await graphiqlPage(path, firstQuery(schema));
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' }).end(html);
  };
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { ...NO_SNIFFING, location }).end();
  };
}
