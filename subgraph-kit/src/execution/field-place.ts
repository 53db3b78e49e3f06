import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';

/** Field of a type, and its nodes in an operation. */
export interface FieldPlace {
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** All that ask for it under one response key; the first says its arguments. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

/** `Type.field`, for messages. */
export function nameOf({ parentType, definition }: FieldPlace): string {
  return `${parentType.name}.${definition.name}`;
}
