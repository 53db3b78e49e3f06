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

/** By type and field. Those of an interface are for all of its implementations. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, FieldResolver>>>>;

/** One schema, not federated, that has what the client sees of a supergraph: what answers are compared with. */
export function monolithOf(apiSchema: GraphQLSchema, resolvers: Resolvers): GraphQLSchema {
  const schema = buildSchema(printSchema(apiSchema));
  addResolvers(schema, resolvers);
  return schema;
}

/** Gives the fields that a schema has their resolvers. */
export function addResolvers(schema: GraphQLSchema, resolvers: Resolvers): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value) => typeNameOf(value);
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const names = [...type.getInterfaces().map(({ name }) => name), type.name];
    for (const field of Object.values(type.getFields())) {
      const resolver = names.map((name) => resolvers[name]?.[field.name]).findLast((found) => found !== undefined);
      if (resolver) field.resolve = resolver;
      else if (!field.name.startsWith('_')) field.resolve = defaultFieldResolver;
    }
  }
}

function typeNameOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('__typename' in value)) return undefined;
  return typeof value.__typename === 'string' ? value.__typename : undefined;
}
