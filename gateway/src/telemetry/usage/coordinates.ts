import { isRecord } from '@lockstep/runtime/json-record.ts';
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Maximum number of coordinates that are taken from the variables of one request. */
const MAX_GIVEN = 1000;

/**
 * Returns the schema coordinates (https://spec.graphql.org/draft/#sec-Schema-Coordinates) that the text of an operation uses:
 * its fields, arguments, input fields and enum values, and the types that its fragments and variables name.
 *
 * @param document validated against the schema
 */
export function coordinatesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): string[] {
  const info = new TypeInfo(schema);
  const used = new Set<string>();
  visit(
    partOf(document, operationName),
    visitWithTypeInfo(info, {
      Field({ name: { value: name } }) {
        const parent = info.getParentType();
        if (parent && !name.startsWith('__')) used.add(`${parent.name}.${name}`);
      },
      Argument({ name: { value: name } }) {
        const [parent, field] = [info.getParentType(), info.getFieldDef()];
        if (parent && field && !info.getDirective()) used.add(`${parent.name}.${field.name}(${name}:)`);
      },
      ObjectField({ name: { value: name } }) {
        const parent = getNamedType(info.getParentInputType());
        if (parent) used.add(`${parent.name}.${name}`);
      },
      EnumValue({ value }) {
        const type = getNamedType(info.getInputType());
        if (type) used.add(`${type.name}.${value}`);
      },
      NamedType({ name: { value: name } }) {
        used.add(name);
      },
    }),
  );
  return [...used].sort();
}

/** Returns the operation with the fragments that it spreads. */
function partOf(document: DocumentNode, operationName: string | undefined): DocumentNode {
  const parts = separateOperations(document);
  return (operationName === undefined ? Object.values(parts)[0] : parts[operationName]) ?? document;
}

/** Returns the coordinates of input fields and enum values that a request gives by its variables. */
export type GivenCoordinates = (variables: Readonly<Record<string, unknown>>) => ReadonlySet<string>;

/** Compiles {@link GivenCoordinates} for an operation; undefined if none of its variables can have any. */
export function givenCoordinates(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): GivenCoordinates | undefined {
  const variables = (operationIn(document, operationName)?.variableDefinitions ?? []).flatMap(({ variable, type }) => {
    const input = typeFromAST(schema, type);
    const named = getNamedType(input);
    return isInputType(input) && (isInputObjectType(named) || isEnumType(named))
      ? [[variable.name.value, input] as const]
      : [];
  });
  if (variables.length === 0) return undefined;
  return (values) => {
    const given = new Set<string>();
    for (const [name, type] of variables) collect(values[name], type, given);
    return given;
  };
}

/** Returns the operation that a request selects; the name may be left out if there is only one. */
export function operationIn(
  document: DocumentNode,
  operationName: string | undefined,
): OperationDefinitionNode | undefined {
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION && (operationName === undefined || node.name?.value === operationName))
      return node;
  }
  return undefined;
}

function collect(value: unknown, type: GraphQLInputType, given: Set<string>): void {
  if (value === undefined || value === null || given.size >= MAX_GIVEN) return;
  if (isNonNullType(type)) collect(value, type.ofType, given);
  else if (isListType(type)) {
    for (const item of Array.isArray(value) ? value : [value]) collect(item, type.ofType, given);
  } else if (isEnumType(type)) given.add(`${type.name}.${value}`);
  else if (isInputObjectType(type) && isRecord(value)) {
    const fields = type.getFields();
    for (const name of Object.keys(value)) {
      const field = fields[name];
      if (!field) continue;
      given.add(`${type.name}.${name}`);
      collect(value[name], field.type, given);
    }
  }
}
