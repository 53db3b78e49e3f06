import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import { visitPlaces } from './places.ts';
import { ABSENT, FAILED, type Unavailable } from './records.ts';
import type { TypeRelations } from './type-relations.ts';

/** Entities with equal context arguments; `values` is a mark if an earlier fetch could not provide one. */
export interface ContextGroup {
  readonly values: Readonly<Record<string, unknown>> | Unavailable;
  readonly entities: JsonRecord[];
}

/**
 * Groups the objects at a path by the values that `@fromContext` arguments take from the objects above them, because a
 * request has one value for each variable.
 */
export function groupByContext(
  root: unknown,
  path: readonly string[],
  renamers: readonly FetchDataKeyRenamer[],
  types: TypeRelations,
): ContextGroup[] {
  const groups = new Map<unknown, ContextGroup>();
  // Values are read and compared once for the objects they come from: each entity below a long list would read all of it.
  const bySources = new Map<string, ContextGroup>();
  const numbers = new Map<unknown, number>();
  const levelsUp = [...new Set(renamers.map(levelsUpOf))];
  visitPlaces(root, path, (entity, _place, ancestors) => {
    const objects = [...ancestors, entity];
    const sources = levelsUp.map((levels) => numberOf(objects[objects.length - 1 - levels], numbers)).join();
    let group = bySources.get(sources);
    if (!group) {
      const values = contextOf(objects, renamers, types);
      const key = typeof values === 'symbol' ? values : JSON.stringify(values);
      group = groups.get(key) ?? { values, entities: [] };
      groups.set(key, group);
      bySources.set(sources, group);
    }
    group.entities.push(entity);
  });
  return [...groups.values()];
}

function levelsUpOf({ path }: FetchDataKeyRenamer): number {
  return path.findIndex((element) => element !== '..');
}

function numberOf(object: unknown, numbers: Map<unknown, number>): number {
  const number = numbers.get(object) ?? numbers.size;
  numbers.set(object, number);
  return number;
}

function contextOf(
  objects: readonly JsonRecord[],
  renamers: readonly FetchDataKeyRenamer[],
  types: TypeRelations,
): Record<string, unknown> | Unavailable {
  const values: Record<string, unknown> = {};
  for (const renamer of renamers) {
    const { path, renameKeyTo } = renamer;
    const levelsUp = levelsUpOf(renamer);
    const value = valueAt(objects[objects.length - 1 - levelsUp], path.slice(levelsUp), types);
    if (value === FAILED || value === ABSENT) return value;
    if (value !== undefined) values[renameKeyTo] = value;
  }
  return values;
}

function valueAt(value: unknown, path: readonly string[], types: TypeRelations): unknown {
  const [element, ...rest] = path;
  if (element === undefined || value === null || typeof value === 'symbol') return value;
  if (Array.isArray(value)) return value.map((item) => valueAt(item, path, types));
  if (!isRecord(value)) return undefined;
  const condition = /^\.\.\. on (.*)$/.exec(element)?.[1];
  if (condition === undefined) return Object.hasOwn(value, element) ? valueAt(value[element], rest, types) : undefined;
  const typeName = value.__typename;
  const isOther = typeof typeName === 'string' && !types.applies(condition, typeName);
  return isOther ? undefined : valueAt(value, rest, types);
}
