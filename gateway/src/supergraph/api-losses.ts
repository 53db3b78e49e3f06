import { type GraphQLSchema, isInterfaceType, isIntrospectionType, isObjectType, isSpecifiedScalarType } from 'graphql';

/** Maximum number of types and of fields that are listed. */
const MAX_LISTED = 30;

/** Describes the types that one API schema has and the other lacks, and the fields that the types in both have lost. */
export function describeLosses(before: GraphQLSchema, after: GraphQLSchema): string {
  const types: string[] = [];
  const fields: string[] = [];
  for (const type of Object.values(before.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    const now = after.getType(type.name);
    if (!now) types.push(type.name);
    else if (isWithFields(type) && isWithFields(now)) {
      const left = now.getFields();
      fields.push(...Object.keys(type.getFields()).flatMap((name) => (name in left ? [] : `${type.name}.${name}`)));
    }
  }
  return [...listOf('fields', fields), ...listOf('types', types)].join(', and ') || 'nothing';
}

function listOf(kind: string, names: readonly string[]): string[] {
  const rest = names.length - MAX_LISTED;
  const shown = names.slice(0, MAX_LISTED).join(', ');
  return names.length === 0 ? [] : [`the ${kind} ${shown}${rest > 0 ? ` and ${rest} more` : ''}`];
}

function isWithFields(type: unknown) {
  return isObjectType(type) || isInterfaceType(type);
}
