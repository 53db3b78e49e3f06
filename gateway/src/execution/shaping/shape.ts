import type { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ResponseKeys } from '../../planning/plan/response-keys.ts';
import { FIELD_COST } from '../answer-budget.ts';
import { FAILED } from '../fetching/records.ts';
import { type Complete, type Completion, NULL_PARENT } from './completion.ts';
import { collectFields, countFields, type Selecting } from './field-collection.ts';
import { compileIntrospection } from './introspection.ts';
import { compileLeaf } from './leaf-values.ts';
import { type FieldShape, generateShape, type ShapeObject } from './object-code.ts';
import { runtimeType } from './runtime-type.ts';

export interface Shaping extends Selecting {
  readonly responseKeys: ResponseKeys;
  readonly operation: OperationDefinitionNode;
  /** Fields that are null because the client isn't authorized to read them. */
  readonly denied?: ReadonlySet<FieldNode> | undefined;
  /** Counts the bytes of the code. */
  readonly held: HeldBytes;
}

// Bytes of the code that shapes objects at one place, and of each field in it, measured at the worst operations.
const OBJECT_BYTES = 2000;
const FIELD_BYTES = 800;

/** Place in the operation whose fields are compiled. */
interface Position {
  readonly shaping: Shaping;
  /** Number of path elements that lead here. */
  readonly depth: number;
  /** `Type.field`, for messages. */
  readonly coordinate: string;
  readonly selectionSets: readonly SelectionSetNode[];
}

/** Compiles the shaping of an operation's data. The result is null if a null propagates to the root. */
export function compileShape(
  shaping: Shaping,
  rootType: GraphQLObjectType,
): (data: JsonRecord, completion: Completion) => JsonRecord | null {
  return compileObject(rootPosition(shaping, rootType), rootType);
}

/** Compiles the shaping of each root field of non-null type by itself, by source key: null if a null propagates to the root. */
export function compileRequiredFields(shaping: Shaping, rootType: GraphQLObjectType): Map<string, ShapeObject> {
  const shapes = new Map<string, ShapeObject>();
  const position = rootPosition(shaping, rootType);
  for (const [key, fields] of collectFields(shaping, rootType, position.selectionSets)) {
    if (!isNonNullType(rootType.getFields()[fields[0]?.name.value ?? '']?.type)) continue;
    const field = compileField(position, rootType, key, fields);
    shapes.set(field.sourceKey, generateShape([field], 0));
  }
  return shapes;
}

function rootPosition(shaping: Shaping, rootType: GraphQLObjectType): Position {
  return { shaping, depth: 0, coordinate: rootType.name, selectionSets: [shaping.operation.selectionSet] };
}

/** Compiles value completion: https://spec.graphql.org/October2021/#CompleteValue(). */
function compileType(type: GraphQLOutputType, position: Position): Complete {
  const { depth, coordinate } = position;
  if (isNonNullType(type)) {
    const complete = compileValue(type.ofType, position);
    return (value, completion) => {
      if (value === null || value === undefined || typeof value === 'symbol') {
        return completion.nullParent(value, depth, coordinate);
      }
      const completed = complete(value, completion);
      return completed === null ? completion.nullObject(depth, coordinate) : completed;
    };
  }
  const complete = compileValue(type, position);
  return (value, completion) => {
    if (value === null || value === undefined || typeof value === 'symbol') {
      return completion.nothing(value, depth, coordinate);
    }
    const completed = complete(value, completion);
    return completed === null ? completion.noObject() : completed;
  };
}

/** Compiles the completion of values that are neither null nor missing. */
function compileValue(type: GraphQLOutputType, position: Position): Complete {
  if (isListType(type)) return compileList(type.ofType, position);
  if (isLeafType(type)) return compileLeaf(type, position.depth, position.coordinate);
  const complete = isAbstractType(type) ? compileAbstract(type.name, position) : undefined;
  if (complete) return complete;
  if (!isObjectType(type)) throw new Error(`${position.coordinate} has no output type`);
  const shape = compileObject(position, type);
  const isRoot = type === position.shaping.schema.getQueryType();
  return (value, completion) => {
    if (!isRecord(value)) return completion.fail(position.depth, `Expected an object for ${position.coordinate}.`);
    const typeName = value.__typename;
    if (typeName !== type.name && typeName !== undefined && !isRoot) return unknownType(position, completion);
    return shape(value, completion);
  };
}

function compileList(itemType: GraphQLOutputType, position: Position): Complete {
  const { depth, coordinate } = position;
  const complete = compileType(itemType, { ...position, depth: depth + 1 });
  const cost = itemCost(itemType, position);
  return (value, completion) => {
    if (!Array.isArray(value)) return completion.fail(depth, `Expected a list for ${coordinate}.`);
    const { length } = value;
    completion.budget.take(length * cost);
    const items = new Array<unknown>(length);
    let isNull = false;
    for (let index = 0; index < length; index++) {
      completion.path[depth] = index;
      const item = complete(value[index], completion);
      if (item === NULL_PARENT) isNull = true;
      else items[index] = item;
    }
    return isNull ? null : items;
  };
}

/** Returns the cost of an item, with all that is below it, as if none of that was in lists: those count for themselves. */
function itemCost(type: GraphQLOutputType, { shaping, selectionSets }: Position): number {
  const fields = countFields(selectionSets, shaping.fragments);
  return isLeafType(getNamedType(type)) ? FIELD_COST : 1 + fields * FIELD_COST;
}

/** Compiles the shaping of objects of an abstract type: one shape for each `__typename`, made for the first such object. */
function compileAbstract(abstractName: string, position: Position): Complete {
  const shapes = new Map<unknown, ShapeObject | undefined>();
  return (value, completion) => {
    if (!isRecord(value)) return completion.fail(position.depth, `Expected an object for ${position.coordinate}.`);
    const typeName = value.__typename;
    let shape = shapes.get(typeName);
    if (!shape) {
      const type = runtimeType(position.shaping, abstractName, typeName, position.selectionSets);
      if (!type) return typeName === FAILED ? null : unknownType(position, completion);
      shape = compileObject(position, type);
      shapes.set(typeName, shape);
    }
    return shape(value, completion);
  };
}

function unknownType({ depth, coordinate }: Position, completion: Completion): null {
  return completion.fail(depth, `The object for ${coordinate} has no type that it can have.`);
}

function compileObject(position: Position, type: GraphQLObjectType | GraphQLInterfaceType): ShapeObject {
  const { shaping, depth, selectionSets } = position;
  const shapes = [...collectFields(shaping, type, selectionSets)].map(([key, fields]) =>
    compileField(position, type, key, fields),
  );
  shaping.held.add(OBJECT_BYTES + FIELD_BYTES * shapes.length);
  return generateShape(shapes, depth);
}

function compileField(
  { shaping, depth }: Position,
  type: GraphQLObjectType | GraphQLInterfaceType,
  responseKey: string,
  fields: readonly FieldNode[],
): FieldShape {
  const field = fields[0];
  if (!field) throw new Error(`no field for ${responseKey}`);
  const name = field.name.value;
  const definition: GraphQLField<unknown, unknown> | undefined = type.getFields()[name];
  if (definition && fields.some((selected) => shaping.denied?.has(selected))) {
    const nothing = isNonNullType(definition.type) ? NULL_PARENT : null;
    return { responseKey, sourceKey: responseKey, complete: () => nothing };
  }
  const sourceKey = shaping.responseKeys.sourceKey(field);
  if (name === '__typename') return { responseKey, sourceKey, complete: () => type.name };
  if (type === shaping.schema.getQueryType() && (name === '__schema' || name === '__type')) {
    const introspect = compileIntrospection(shaping.schema, shaping.operation, shaping.fragments, fields);
    return { responseKey, sourceKey, complete: (_, { variables }) => introspect(variables) };
  }
  if (!definition) throw new Error(`no field ${type.name}.${name}`);
  const selectionSets = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
  const position = { shaping, depth: depth + 1, coordinate: `${type.name}.${name}`, selectionSets };
  return { responseKey, sourceKey, complete: compileType(definition.type, position) };
}
