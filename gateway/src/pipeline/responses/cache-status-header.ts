import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { Context } from '../../supergraph/request-context.ts';

const listener: GraphQLRequestListener<Context> = {
  async willSendResponse({ contextValue: { cacheStatus }, response: { http } }) {
    const header = cacheStatus?.header;
    if (header !== undefined) http.headers.set('cache-status', header);
  },
};

/** Gives the answers of Apollo Server their `cache-status`. */
export const cacheStatusHeader: ApolloServerPlugin<Context> = { requestDidStart: async () => listener };
