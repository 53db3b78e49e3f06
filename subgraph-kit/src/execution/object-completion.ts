import { isPromise } from '@lockstep/runtime/promises.ts';
import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  isObjectType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import type { Complete } from './complete.ts';
import type { Execution } from './execution.ts';
import { type FieldPlace, nameOf } from './field-place.ts';
import type { Select, Selection } from './selection.ts';

/**
 * Compiles the completion of objects of one type. Their fields are compiled at the first object, because a short document can
 * spread fragments into so many fields that compiling all of them would block the process.
 */
export function compileObject(type: GraphQLObjectType, place: FieldPlace, select: Select): Complete {
  let selection: Selection | undefined;
  const complete: Complete = (execution, value, _info, path) => {
    selection ??= select(type, place.nodes);
    return selection.execute(execution, value, path);
  };
  if (!type.isTypeOf) return complete;
  const check = (isOne: boolean, value: unknown) => {
    if (isOne) return;
    throw new GraphQLError(`Expected value of type "${type.name}" but got: ${inspect(value)}.`, { nodes: place.nodes });
  };
  return (execution, value, info, path) => {
    const isOne = type.isTypeOf?.(value, execution.context, info) ?? true;
    if (isPromise(isOne)) {
      return isOne.then((isOneThen) => {
        check(isOneThen, value);
        return complete(execution, value, info, path);
      });
    }
    check(isOne, value);
    return complete(execution, value, info, path);
  };
}

/** Compiles the completion of objects of an abstract type. */
export function compileAbstract(type: GraphQLAbstractType, place: FieldPlace, select: Select): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const known = new Map<unknown, Complete>();
  const completionOf = (typeName: unknown, execution: Execution, value: unknown): Complete => {
    let complete = known.get(typeName);
    if (!complete) {
      complete = compileObject(runtimeType(typeName, { type, place, execution, value }), place, select);
      known.set(typeName, complete);
    }
    return complete;
  };
  return (execution, value, info, path) => {
    const typeName: unknown = resolveType(value, execution.context, info, type);
    return isPromise(typeName)
      ? typeName.then((name) => completionOf(name, execution, value)(execution, value, info, path))
      : completionOf(typeName, execution, value)(execution, value, info, path);
  };
}

interface Resolved {
  readonly type: GraphQLAbstractType;
  readonly place: FieldPlace;
  readonly execution: Execution;
  readonly value: unknown;
}

/** Returns the object type of a value. @throws with graphql-js's message if it isn't a possible type */
function runtimeType(typeName: unknown, { type, place, execution: { schema }, value }: Resolved): GraphQLObjectType {
  const { nodes } = place;
  const rule = `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${nameOf(place)}"`;
  const was = `Abstract type "${type.name}" was resolved to a`;
  if (typeName === null || typeName === undefined) {
    const either = `Either the "${type.name}" type should provide a "resolveType" function or each possible type`;
    throw new GraphQLError(`${rule}. ${either} should provide an "isTypeOf" function.`, { nodes });
  }
  if (isObjectType(typeName)) {
    const removed = 'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0';
    throw new GraphQLError(`${removed} please return type name instead.`);
  }
  if (typeof typeName !== 'string') {
    throw new GraphQLError(`${rule} with value ${inspect(value)}, received "${inspect(typeName)}".`);
  }
  const found = schema.getType(typeName);
  if (!found) throw new GraphQLError(`${was} type "${typeName}" that does not exist inside the schema.`, { nodes });
  if (!isObjectType(found)) throw new GraphQLError(`${was} non-object type "${typeName}".`, { nodes });
  if (!schema.isSubType(type, found)) {
    throw new GraphQLError(`Runtime Object type "${found.name}" is not a possible type for "${type.name}".`, { nodes });
  }
  return found;
}
