import type { Handler } from '@lockstep/runtime/http/server.ts';
import type { GraphQLSchema } from 'graphql';
import { GRAPHIQL_PATH, type LandingPages } from '../configuration/sections/endpoint.ts';
import type { SupergraphHandover } from '../supergraph/handover.ts';
import { firstQuery } from './first-query.ts';
import { graphiqlPage } from './graphiql.ts';

/** What a browser can open beside the path of GraphQL: `/`, which leads it there, and GraphiQL. */
export function pageRoutes(
  { atEndpoint, graphiql: isShown }: LandingPages,
  path: string,
  gateway: SupergraphHandover,
): Record<string, Handler> {
  return {
    ...(atEndpoint !== 'none' && { '/': redirect(path) }),
    ...(isShown && { [GRAPHIQL_PATH]: graphiql(gateway, path) }),
  };
}

function graphiql(gateway: SupergraphHandover, path: string): Handler {
  return async (_request, response) => {
    const html = await graphiqlPage(path, firstQuery(schemaOf(gateway)));
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  };
}

/** The schema that clients see now. */
function schemaOf(gateway: SupergraphHandover): GraphQLSchema {
  let schema: GraphQLSchema | undefined;
  const unsubscribe = gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  unsubscribe();
  if (!schema) throw new Error('a server without a supergraph');
  return schema;
}

function redirect(location: string): Handler {
  return (_request, response) => {
    response.writeHead(302, { location }).end();
  };
}
