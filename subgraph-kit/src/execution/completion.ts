import { isPromise } from '@lockstep/runtime/promises.ts';
import {
  GraphQLError,
  GraphQLID,
  type GraphQLLeafType,
  type GraphQLOutputType,
  GraphQLString,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import type { Complete } from './complete.ts';
import { type FieldPlace, nameOf } from './field-place.ts';
import { ignore } from './ignore.ts';
import { compileAbstract, compileObject } from './object-completion.ts';
import { dropped, VALUE_COST } from './operation-budget.ts';
import type { Select } from './selection.ts';

/** Compiles the completion of values of a type at a place. */
export function compileCompletion(type: GraphQLOutputType, place: FieldPlace, select: Select): Complete {
  if (isNonNullType(type)) {
    const complete = compileCompletion(type.ofType, place, select);
    return (execution, value, info, path) => notNull(complete(execution, value, info, path), place);
  }
  const complete = compileValue(type, place, select);
  return (execution, value, info, path) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined ? null : complete(execution, value, info, path);
  };
}

/** @throws where null is not allowed, and that is what a value was completed to */
export function notNull(completed: unknown, place: FieldPlace): unknown {
  if (completed === null) throw new Error(`Cannot return null for non-nullable field ${nameOf(place)}.`);
  return completed;
}

function compileValue(type: GraphQLOutputType, place: FieldPlace, select: Select): Complete {
  if (isListType(type)) return compileList(type.ofType, place, select);
  if (isAbstractType(type)) return compileAbstract(type, place, select);
  if (!isLeafType(type)) return compileObject(type, place, select);
  const serialize = compileLeaf(type);
  return (_execution, value) => serialize(value);
}

/** Compiles the serialization of values that are neither null nor an error. */
export function compileLeaf(type: GraphQLLeafType): (value: unknown) => unknown {
  const isText = type === GraphQLString || type === GraphQLID;
  return (value) => {
    if (isText && typeof value === 'string') return value;
    const serialized = type.serialize(value);
    if (serialized !== null && serialized !== undefined) return serialized;
    const call = `${inspect(type)}.serialize(${inspect(value)})`;
    throw new Error(`Expected \`${call}\` to return non-nullable value, returned: ${inspect(serialized)}`);
  };
}

function compileList(itemType: GraphQLOutputType, place: FieldPlace, select: Select): Complete {
  const complete = compileCompletion(itemType, place, select);
  const isNullable = !isNonNullType(itemType);
  const completeItem: Complete = (execution, item, info, path) => {
    try {
      const completed = isPromise(item)
        ? item.then((value) => (execution.budget.ended ? dropped() : complete(execution, value, info, path)))
        : complete(execution, item, info, path);
      if (!isPromise(completed)) return completed;
      return completed.then(undefined, (error) => execution.fail(error, place, path, isNullable));
    } catch (error) {
      return execution.fail(error, place, path, isNullable);
    }
  };
  return (execution, list, info, path) => {
    if (!isIterable(list)) {
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${nameOf(place)}".`);
    }
    const items: unknown[] = [];
    let isPending = false;
    try {
      execution.budget.spend(1 + VALUE_COST * (Array.isArray(list) ? list.length : 0));
      for (const item of list) {
        const completed = completeItem(execution, item, info, { prev: path, key: items.length, typename: undefined });
        isPending ||= isPromise(completed);
        items.push(completed);
      }
    } catch (error) {
      ignore(items);
      ignore(list);
      throw error;
    }
    return isPending ? Promise.all(items) : items;
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function'
  );
}
