import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';

/** End of a message of graphql-js. */
const SUGGESTION = / ?Did you mean .+\?$/s;

const listener: GraphQLRequestListener<BaseContext> = {
  async didEncounterErrors({ errors }) {
    for (const error of errors) {
      if (error.path === undefined) error.message = error.message.replace(SUGGESTION, '');
    }
  },
};

/**
 * Removes suggestions from the messages of graphql-js, because they reveal parts of the schema to a client that guesses.
 * Apollo Server's `hideSchemaDetailsFromClientErrors` does so for documents but not for the values of variables (5.5.1):
 * https://www.apollographql.com/docs/apollo-server/api/apollo-server#hideschemadetailsfromclienterrors
 */
export const hideSuggestions: ApolloServerPlugin = { requestDidStart: async () => listener };
