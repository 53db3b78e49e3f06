import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLError } from 'graphql';
import type { OperationResult } from '../../operation-result.ts';
import { AnswerShape } from '../answer-shape.ts';
import { DAMAGES, NOWHERE } from '../damages.ts';
import { RandomFederation } from '../random-federation.ts';
import { keys } from './keys.ts';
import type { Kind } from './kind.ts';

/**
 * Failures of subgraphs: rejected calls, errors with, without and with wrong paths, nulls, short and long lists. An answer
 * then has the values of the undamaged one, or nulls in their place: each at a place that the schema
 * allows, and no further up than the error that explains it makes necessary. The undamaged answer is of fetches that are calls
 * of their own, the damaged one of fetches that are merged if they are ready together.
 */
export const failures: Kind = {
  draw: (random, seed) => (seed % 2 === 0 ? new RandomFederation(random, seed).options() : keys.draw(random, seed)),
  async check(federation, { query, variables }, random) {
    federation.mergesFetches = false;
    const intact = await federation.execute(query, variables);
    federation.mergesFetches = true;
    let isQuiet = false;
    federation.tamper = async (answer) => {
      for (let turns = random.integer(0, 3); turns > 0; turns--) await setImmediate(); // not all that could meet does
      if (!random.chance(0.4)) return answer;
      const damage = random.pick(DAMAGES);
      isQuiet ||= damage.isQuiet;
      return damage.apply(answer, random);
    };
    const damaged = await federation.execute(query, variables).finally(() => {
      federation.tamper = (answer) => answer;
    });
    const nowhere = (damaged.errors ?? []).filter(({ message }) => message.startsWith(NOWHERE)).map(reportOf);
    assert.deepEqual(
      nowhere,
      [...new Set(nowhere)],
      'an error that leads nowhere is reported more than once by a fetch',
    );
    const shape = new AnswerShape(federation.planner.apiSchema, query);
    compareValues(damaged, intact, { shape, isQuiet });
  },
};

/**
 * Returns an error's message and the fields of its path: they are the same for all entities of a fetch. Fetches that share a
 * call are at other fields, and each reports the errors of their answer, since each leaves nulls that need a reason.
 */
function reportOf({ message, path = [] }: GraphQLError): string {
  return [message, ...path.filter((key) => typeof key === 'string')].join(' ');
}

type Path = readonly (string | number)[];

interface Expectation {
  readonly shape: AnswerShape;
  /** True if nulls may be without an error. */
  readonly isQuiet: boolean;
}

/** Asserts that a damaged result has only values of the intact one, and explained nulls. */
function compareValues(damaged: OperationResult, intact: OperationResult, { shape, isQuiet }: Expectation): void {
  const places = (damaged.errors ?? []).map(({ path }) => path ?? []);
  const compare = (value: unknown, expected: unknown, path: Path): void => {
    if (value === null || value === undefined) {
      assert.ok(path.length === 0 || shape.isNullable(path), `a null where none may be, at ${path.join('.')}`);
      const isExplained = expected === null || isQuiet || places.some((place) => explains(place, path, damaged, shape));
      assert.ok(isExplained, `no error explains the null at ${path.join('.')}`);
    } else if (Array.isArray(value)) {
      assert.ok(Array.isArray(expected) && expected.length === value.length, `another list at ${path.join('.')}`);
      for (const [index, item] of value.entries()) compare(item, expected[index], [...path, index]);
    } else if (isRecord(value)) {
      assert.ok(isRecord(expected), `an object at ${path.join('.')} that was not there`);
      assert.deepEqual(Object.keys(value), Object.keys(expected));
      for (const [key, item] of Object.entries(value)) compare(item, expected[key], [...path, key]);
    } else if (!isOfRequired(value)) {
      assert.equal(value, expected, `another value at ${path.join('.')}`);
    }
  };
  compare(damaged.data, intact.data, []);
}

/**
 * Returns true if an error at a place can explain a null at a path: it is there, or above, or it is below, and null may stand
 * nowhere in between. An error at a key that the client has not selected, or not whole, is one of the object that should have it.
 */
function explains(place: Path, path: Path, { data }: OperationResult, shape: AnswerShape): boolean {
  const isAlong = path.every((key, index) => index >= place.length || key === place[index]);
  if (isAlong && place.length > path.length) {
    const between = place.slice(path.length).map((_, index) => place.slice(0, path.length + index + 1));
    return between.every((below) => !shape.isNullable(below));
  }
  const owner = objectWithHiddenKey(data, place);
  return isAlong || owner?.every((key, index) => key === path[index]) === true;
}

/**
 * Returns the place of the object on an error's path that has none of the next key, as the client has not selected it, or that
 * has a value at the last one: another fetch gave that, and the error is about the rest of a composite key.
 */
function objectWithHiddenKey(data: unknown, path: Path): Path | undefined {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (isRecord(value)) {
      const isLast = index === path.length - 1;
      if (!Object.hasOwn(value, key) || (isLast && value[key] !== null)) return path.slice(0, index);
    }
    value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
  }
  return undefined;
}

/** Returns true for the value of a field with `@requires`, which tells if what it requires was null. */
function isOfRequired(value: unknown): boolean {
  return typeof value === 'string' && /^(r[a-d]\d|aReport) /.test(value);
}
