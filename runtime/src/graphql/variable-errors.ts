import type { ApolloServerPlugin, BaseContext, GraphQLRequestListener } from '@apollo/server';
import { type GraphQLError, Kind } from 'graphql';

/** Maximum number of errors reported for the variables of a request; the same as in graphql-js's `execute`. */
export const MAX_VARIABLE_ERRORS = 50;

const listener: GraphQLRequestListener<BaseContext> = {
  async didEncounterErrors({ errors }) {
    const last = errors.at(-1);
    const before = errors.at(-2);
    if (last && before && isOfVariable(before) && !last.nodes && !last.path) last.extensions.code ??= 'BAD_USER_INPUT';
  },
};

/**
 * Adds the code `BAD_USER_INPUT` to the error with which graphql-js ends a list of too many variable errors. It has neither
 * nodes nor a path, so Apollo Server takes it for an internal error
 * (https://github.com/graphql/graphql-js/blob/16.x.x/src/execution/values.ts).
 */
export const codeOfTooManyVariableErrors: ApolloServerPlugin = { requestDidStart: async () => listener };

function isOfVariable({ nodes }: GraphQLError): boolean {
  return nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
}
