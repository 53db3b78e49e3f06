import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';

/** The end of a message of graphql-js. */
const SUGGESTION = / ?Did you mean .+\?$/s;

const listener: GraphQLRequestListener<BaseContext> = {
  async didEncounterErrors({ errors }) {
    for (const error of errors) {
      if (error.path === undefined) error.message = error.message.replace(SUGGESTION, '');
    }
  },
};

/**
 * Takes suggestions out of what graphql-js says of a request: they name parts of the schema to whoever guesses well.
 * Apollo Server does so where a document doesn't fit the schema, but not where the values of its variables don't.
 */
export const hideSuggestions: ApolloServerPlugin = { requestDidStart: async () => listener };
