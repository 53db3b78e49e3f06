import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** Returns true for the schema coordinates whose use a change affects. */
export type Affected = (coordinate: string) => boolean;

/**
 * Finds what a change affects. What it adds, such as a required argument, affects whoever uses what it is added to.
 *
 * @param path place of the change, such as `Product`, `Product.price` or `Query.products.first`
 * @param schema the one before the change
 */
export function affectedBy(path: string | undefined, schema: GraphQLSchema): Affected {
  const [typeName = '', member, argument] = path?.split('.') ?? [];
  const type = schema.getType(typeName);
  if (!type) return () => true; // a directive, for example: nothing is recorded about those
  if (member === undefined || !hasMember(type, member)) return ofType(type, schema);
  const places = [type.name, ...interfacesWith(type, member)].map((name) => `${name}.${member}`);
  const isArgument = argument !== undefined && hasArgument(type, member, argument);
  const coordinates = new Set(isArgument ? places.map((place) => `${place}(${argument}:)`) : places);
  return (coordinate) => coordinates.has(coordinate);
}

/** Coordinates that name a type, are members of it, or select a field that gives it. */
function ofType({ name }: GraphQLNamedType, schema: GraphQLSchema): Affected {
  const giving = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields())
          .filter((field) => getNamedType(field.type).name === name)
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
  const coordinates = new Set([name, ...giving]);
  return (coordinate) => coordinates.has(coordinate) || coordinate.startsWith(`${name}.`);
}

function hasMember(type: GraphQLNamedType, member: string): boolean {
  if (isEnumType(type)) return type.getValue(member) !== undefined;
  return (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) && member in type.getFields();
}

function hasArgument(type: GraphQLNamedType, member: string, argument: string): boolean {
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  return type.getFields()[member]?.args.some(({ name }) => name === argument) === true;
}

/** An operation that selects a field of an interface uses it of all types behind it. */
function interfacesWith(type: GraphQLNamedType, member: string): string[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return type
    .getInterfaces()
    .filter((parent) => member in parent.getFields())
    .map(({ name }) => name);
}
