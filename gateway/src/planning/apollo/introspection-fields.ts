import {
  type FieldDefinition,
  type InputType,
  ListType,
  type NamedType,
  NonNullType,
  ObjectType,
  type OutputType,
  type Schema,
} from '@apollo/federation-internals';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLType,
  introspectionTypes,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/**
 * Adds the introspection fields of graphql-js that @apollo/federation-internals 2.14.4 doesn't know, such as `isOneOf`:
 * https://github.com/apollographql/federation/issues/3204. Without them, planning fails with `INVALID_GRAPHQL` for
 * introspection queries that tools send and graphql-js finds valid.
 */
export function addNewerIntrospection(schema: Schema): void {
  // biome-ignore lint/complexity/useLiteralKeys: private to its TypeScript; its own files call it like this too
  schema['runWithBuiltInModificationAllowed'](() => {
    for (const type of introspectionTypes.filter(isObjectType)) addFields(schema, type);
  });
}

function addFields(schema: Schema, type: GraphQLObjectType): void {
  const known = schema.type(type.name);
  if (!(known instanceof ObjectType)) return;
  for (const field of Object.values(type.getFields())) {
    const added = known.field(field.name) ?? known.addField(field.name, typeOf(schema, field.type) as OutputType);
    addArguments(schema, added, field);
  }
}

function addArguments(schema: Schema, known: FieldDefinition<ObjectType>, field: GraphQLField<unknown, unknown>): void {
  for (const { name, type, defaultValue } of field.args) {
    if (!known.argument(name)) known.addArgument(name, typeOf(schema, type) as InputType, defaultValue);
  }
}

function typeOf(schema: Schema, type: GraphQLType): NamedType | ListType<never> | NonNullType<never> {
  if (isNonNullType(type)) return new NonNullType(typeOf(schema, type.ofType) as never);
  if (isListType(type)) return new ListType(typeOf(schema, type.ofType) as never);
  const known = schema.type(type.name);
  if (!known) throw new Error(`@apollo/federation-internals has no ${type.name}`);
  return known;
}
