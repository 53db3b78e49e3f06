import assert from 'node:assert/strict';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { OperationResult } from '../../compiled-operation.ts';
import { DAMAGES, NOWHERE } from '../damages.ts';
import { RandomFederation } from '../random-federation.ts';
import type { Kind } from './kind.ts';

/**
 * Failures of subgraphs: rejected calls, errors with, without and with wrong paths, nulls, short and long lists. An answer
 * then has the values of the undamaged one, or nulls in their place, each with an error that can explain it.
 */
export const failures: Kind = {
  draw: (random, seed) => new RandomFederation(random, seed).options(),
  async check(federation, { query, variables }, random) {
    const intact = await federation.execute(query, variables);
    let isQuiet = false;
    federation.tamper = (answer) => {
      if (!random.chance(0.4)) return answer;
      const damage = random.pick(DAMAGES);
      isQuiet ||= damage.isQuiet;
      return damage.apply(answer, random);
    };
    const damaged = await federation.execute(query, variables).finally(() => {
      federation.tamper = (answer) => answer;
    });
    const nowhere = (damaged.errors ?? []).map(({ message }) => message).filter((text) => text.startsWith(NOWHERE));
    assert.equal(nowhere.length, new Set(nowhere).size, 'an error that leads nowhere is reported more than once');
    compareValues(damaged, intact, isQuiet);
  },
};

type Path = readonly (string | number)[];

/** Asserts that a damaged result has only values of the intact one, and explained nulls. */
function compareValues(damaged: OperationResult, intact: OperationResult, isQuiet: boolean): void {
  const places = (damaged.errors ?? []).map(({ path }) => path ?? []);
  const compare = (value: unknown, expected: unknown, path: Path): void => {
    if (value === null || value === undefined) {
      const isExplained = expected === null || isQuiet || places.some((place) => isAlong(place, path));
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

/** Returns true if an error at one place can explain a null at the other: above it, or below. */
function isAlong(place: Path, path: Path): boolean {
  const length = Math.min(place.length, path.length);
  return place.slice(0, length).join() === path.slice(0, length).join();
}

/** Returns true for the value of a field with `@requires`, which tells if what it requires was null. */
function isOfRequired(value: unknown): boolean {
  return typeof value === 'string' && /^r[a-d]\d /.test(value);
}
