import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { type GraphQLError, Kind } from 'graphql';

/** How many mistakes in the values of its variables a request is told: as many as graphql-js tells by itself. */
export const MAX_VARIABLE_ERRORS = 50;

const listener: GraphQLRequestListener<BaseContext> = {
  async didEncounterErrors({ errors }) {
    const last = errors.at(-1);
    const before = errors.at(-2);
    if (last && before && isOfVariable(before) && !last.nodes && !last.path) last.extensions.code ??= 'BAD_USER_INPUT';
  },
};

/**
 * Gives the last of so many mistakes the code of those before it: graphql-js ends them with an error that says that there
 * are more, and of which nothing tells that it isn't a failure.
 */
export const codeOfTooManyVariableErrors: ApolloServerPlugin = { requestDidStart: async () => listener };

function isOfVariable({ nodes }: GraphQLError): boolean {
  return nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
}
