import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/**
 * Validates that the schema has the operation's root type (https://spec.graphql.org/draft/#sec-Operation-Type-Existence), so
 * that a subscription to a schema without any is a request error. graphql-js 17 has this rule; 16 leaves it to execution.
 */
export function KnownOperationTypesRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      const message = `The ${node.operation} operation is not supported by the schema.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}
