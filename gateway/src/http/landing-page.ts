import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { firstQuery } from './first-query.ts';

/** What a browser gets: Apollo Sandbox, with a query of this graph filled in, or nothing. */
export function landingPage(isOn: boolean): ApolloServerPlugin {
  if (!isOn) return ApolloServerPluginLandingPageDisabled();
  return {
    async serverWillStart(service) {
      const sandbox = ApolloServerPluginLandingPageLocalDefault({
        document: firstQuery(service.schema),
        embed: { runTelemetry: false },
      });
      return sandbox.serverWillStart?.(service);
    },
  };
}
