import {
  buildSchema,
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  printSchema,
} from 'graphql';

export type FieldResolver = GraphQLFieldResolver<Record<string, unknown>, unknown, Record<string, unknown>>;

/** Objects by type. */
export type Data = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Resolvers by type and field. Those of an interface are for all its implementations. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, FieldResolver>>>>;

/** Builds a single schema with the API schema of a supergraph, to compare answers with. */
export function monolithOf(apiSchema: GraphQLSchema, resolvers: Resolvers, fallback?: FieldResolver): GraphQLSchema {
  const schema = buildSchema(printSchema(apiSchema));
  addResolvers(schema, resolvers, fallback);
  return schema;
}

/**
 * Attaches resolvers to the fields that a schema has.
 *
 * @param fallback resolves the other fields; they are properties if undefined
 */
export function addResolvers(
  schema: GraphQLSchema,
  resolvers: Resolvers,
  fallback: FieldResolver = defaultFieldResolver,
): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value) => typeNameOf(value);
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const names = [...type.getInterfaces().map(({ name }) => name), type.name];
    for (const field of Object.values(type.getFields())) {
      const resolver = names.map((name) => resolvers[name]?.[field.name]).findLast((found) => found !== undefined);
      if (resolver) field.resolve = resolver;
      else if (!field.name.startsWith('_')) field.resolve = fallback;
    }
  }
}

function typeNameOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('__typename' in value)) return undefined;
  return typeof value.__typename === 'string' ? value.__typename : undefined;
}
