import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { LandingPages } from '../../configuration/sections/endpoint.ts';
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
