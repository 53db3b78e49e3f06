import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { AnswerBudget } from '../answer-budget.ts';

/** Keys and list indices from the root of the data. */
export type Path = readonly (string | number)[];

/** Returns a path of the plan without its list elements. */
export function namesIn(path: readonly string[]): string[] {
  return path.filter((key) => key !== '@');
}

/**
 * Returns the objects at a path of the plan, in which `@` stands for each item of a list. An object that is at several places
 * is found as often.
 *
 * @throws {AnswerTooLargeError} if they are more than the budget has left
 */
export function objectsAt(root: unknown, path: readonly string[], budget: AnswerBudget): JsonRecord[] {
  const found: JsonRecord[] = [];
  collect(root, path, 0, { found, budget });
  budget.take(found.length);
  return found;
}

interface Collection {
  readonly found: JsonRecord[];
  readonly budget: AnswerBudget;
}

function collect(value: unknown, path: readonly string[], depth: number, collection: Collection): void {
  if (typeof value !== 'object' || value === null) return;
  const key = path[depth];
  if (key === '@') {
    if (!Array.isArray(value)) return;
    collection.budget.check(collection.found.length);
    for (const item of value) collect(item, path, depth + 1, collection);
  } else if (isRecord(value)) {
    if (key === undefined) collection.found.push(value);
    else collect(value[key], path, depth + 1, collection);
  }
}

/** Calls `visit` for each object at a path, with its place and the objects above it, outermost first. Both are reused. */
export function visitPlaces(
  root: unknown,
  path: readonly string[],
  visit: (object: JsonRecord, place: Path, ancestors: readonly JsonRecord[]) => void,
): void {
  const place: (string | number)[] = [];
  const ancestors: JsonRecord[] = [];
  const walk = (value: unknown, depth: number): void => {
    const key = path[depth];
    if (key === '@' && Array.isArray(value)) {
      value.forEach((item, index) => {
        place.push(index);
        walk(item, depth + 1);
        place.pop();
      });
    } else if (isRecord(value) && key !== '@') {
      if (key === undefined) {
        visit(value, place, ancestors);
        return;
      }
      place.push(key);
      ancestors.push(value);
      walk(value[key], depth + 1);
      ancestors.pop();
      place.pop();
    }
  };
  walk(root, 0);
}

/** Returns all places of some of the objects at a path. An object that two entities share has two. */
export function placesOf(root: unknown, path: readonly string[], objects: ReadonlySet<JsonRecord>): Path[] {
  const places: Path[] = [];
  visitPlaces(root, path, (object, place) => {
    if (objects.has(object)) places.push([...place]);
  });
  return places;
}
