import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import {
  defaultFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { FieldResolver } from './monolith.ts';

/** Parses a field set, like `size { width }`. */
export function fieldSet(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no field set: ${fields}`);
  return (definition satisfies OperationDefinitionNode).selectionSet;
}

export function isSubgraph(schema: GraphQLSchema): boolean {
  return schema.getType('_Service') !== undefined;
}

/** Resolves a field with `@requires` to a text with all it requires, which a monolith resolves by itself. */
export function requiring(fields: string): FieldResolver {
  const selectionSet = fieldSet(fields);
  return (parent, args, _context, info) => {
    const required = isSubgraph(info.schema)
      ? selectedOf(selectionSet, parent)
      : resolvedOf(info, info.parentType, selectionSet, parent);
    return `${info.fieldName} ${JSON.stringify(args)} ${JSON.stringify(required)}`;
  };
}

/** Returns what a field set selects of a JSON value. */
export function selectedOf(selectionSet: SelectionSetNode, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => selectedOf(selectionSet, item));
  if (!isRecord(value)) return null;
  const selected: JsonRecord = {};
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      const { name, selectionSet: below } = selection;
      selected[name.value] = below ? selectedOf(below, value[name.value]) : (value[name.value] ?? null);
    } else if (selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition?.name.value === value.__typename) {
      Object.assign(selected, selectedOf(selection.selectionSet, value));
    }
  }
  return selected;
}

/** Resolves what a field set selects of an object, by the resolvers of the schema. */
export function resolvedOf(
  info: GraphQLResolveInfo,
  type: GraphQLOutputType,
  selectionSet: SelectionSetNode,
  value: unknown,
): unknown {
  if (value === null || value === undefined) return null;
  if (isNonNullType(type)) return resolvedOf(info, type.ofType, selectionSet, value);
  if (isListType(type))
    return Array.isArray(value) ? value.map((item) => resolvedOf(info, type.ofType, selectionSet, item)) : null;
  if (!isRecord(value)) return null;
  const objectType = isObjectType(type) ? type : info.schema.getType(String(value.__typename));
  if (!isObjectType(objectType)) throw new Error(`no object type ${value.__typename}`);
  const resolved: JsonRecord = {};
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (selection.typeCondition?.name.value !== objectType.name) continue;
      Object.assign(resolved, resolvedOf(info, objectType, selection.selectionSet, value));
    }
    if (selection.kind !== Kind.FIELD) continue;
    const fieldName = selection.name.value;
    if (fieldName === '__typename') {
      resolved.__typename = objectType.name;
      continue;
    }
    const field = objectType.getFields()[fieldName];
    if (!field) throw new Error(`no field ${objectType.name}.${fieldName}`);
    const resolve = field.resolve ?? defaultFieldResolver;
    const own = { ...info, fieldName, returnType: field.type, parentType: objectType };
    const result: unknown = resolve(value, getArgumentValues(field, selection), {}, own);
    resolved[fieldName] = selection.selectionSet
      ? resolvedOf(info, field.type, selection.selectionSet, result)
      : serialized(field.type, result);
  }
  return resolved;
}

function serialized(type: GraphQLOutputType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (isNonNullType(type)) return serialized(type.ofType, value);
  if (isListType(type)) return Array.isArray(value) ? value.map((item) => serialized(type.ofType, item)) : null;
  return isLeafType(type) ? type.serialize(value) : null;
}
