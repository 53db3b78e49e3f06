import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** Number of levels of objects in the query. */
const DEPTH = 3;

/**
 * Returns a query that shows what this graph has, and that runs as it is: the first root field that needs no argument,
 * with its fields.
 */
export function firstQuery(schema: GraphQLSchema): string {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {})
    .filter(needsNoArgument)
    .filter((field) => isShown(field, DEPTH, []));
  const root = fields.find((field) => isObjectType(getNamedType(field.type))) ?? fields[0];
  const selection = root ? select(root, DEPTH, '  ', []) : '  __typename';
  return `query FirstQuery {\n${selection}\n}\n`;
}

function select(
  field: GraphQLField<unknown, unknown>,
  depth: number,
  indent: string,
  above: readonly GraphQLObjectType[],
): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return indent + field.name;
  const fields = Object.values(type.getFields())
    .filter(needsNoArgument)
    .filter((child) => isShown(child, depth, [...above, type]));
  const lines = fields.map((child) => select(child, depth - 1, `${indent}  `, [...above, type]));
  return `${indent}${field.name} {\n${lines.join('\n')}\n${indent}}`;
}

/** Returns true for leaves, and for objects of types that the query isn't in already. */
function isShown(field: GraphQLField<unknown, unknown>, depth: number, above: readonly GraphQLObjectType[]): boolean {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return true;
  return depth > 1 && isObjectType(type) && !above.includes(type) && Object.values(type.getFields()).some(isPlainLeaf);
}

function isPlainLeaf(field: GraphQLField<unknown, unknown>): boolean {
  return needsNoArgument(field) && isLeafType(getNamedType(field.type));
}

function needsNoArgument(field: GraphQLField<unknown, unknown>): boolean {
  return !field.args.some(isRequiredArgument);
}
