import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { GraphQLSchema } from 'graphql';
import { GRAPHIQL_PATH, type LandingPages } from '../../configuration/sections/endpoint.ts';
import { firstQuery } from './first-query.ts';
import { graphiqlPage } from './graphiql.ts';

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
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  };
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { location }).end();
  };
}
