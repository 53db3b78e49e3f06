import { type GraphQLCompositeType, type GraphQLSchema, isAbstractType, isCompositeType, isUnionType } from 'graphql';

/** Returns true if both schemas have the same composite types, with the same fields and possible types. */
export function isSameShape(api: GraphQLSchema, supergraph: GraphQLSchema): boolean {
  const ofApi = shapesOf(api);
  const ofSupergraph = shapesOf(supergraph);
  return ofApi.size === ofSupergraph.size && [...ofSupergraph].every(([name, shape]) => ofApi.get(name) === shape);
}

function shapesOf(schema: GraphQLSchema): Map<string, string> {
  const types = Object.values(schema.getTypeMap()).filter(isCompositeType);
  return new Map(types.map((type) => [type.name, shapeOf(type, schema)]));
}

function shapeOf(type: GraphQLCompositeType, schema: GraphQLSchema): string {
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const interfaces = isUnionType(type) ? [] : type.getInterfaces();
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const lists = [possible, interfaces, fields.map((field) => `${field.name}: ${field.type}`)];
  return JSON.stringify(lists.map((list) => list.map(String).sort()));
}
