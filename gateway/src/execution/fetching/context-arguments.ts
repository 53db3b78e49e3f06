import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import { type Path, visitPlaces } from './places.ts';
import type { PlanExecution } from './plan-execution.ts';
import { ABSENT, FAILED, type Unavailable } from './records.ts';
import type { TypeRelations } from './type-relations.ts';

/** Reason why a context argument has no value; `undefined` if no fetch brought one. */
type Lack = Unavailable | undefined;

interface ContextValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** Variables without a value. */
  readonly lacking: ReadonlyMap<string, Lack>;
}

/** Entities with equal context arguments. */
export interface ContextGroup extends ContextValues {
  readonly entities: JsonRecord[];
  readonly places: Path[];
}

/**
 * Groups the objects at a path by the values that `@fromContext` arguments take from the objects above them, because a
 * request has one value for each variable.
 */
export function groupByContext(
  { data, budget }: Pick<PlanExecution, 'data' | 'budget'>,
  path: readonly string[],
  renamers: readonly FetchDataKeyRenamer[],
  types: TypeRelations,
  conditionalKeys: ReadonlySet<string>,
): ContextGroup[] {
  const groups = new Map<unknown, ContextGroup>();
  // Values are read and compared once for the objects they come from: each entity below a long list would read all of it.
  const bySources = new Map<string, ContextGroup>();
  const numbers = new Map<unknown, number>();
  const levelsUp = [...new Set(renamers.map(levelsUpOf))];
  visitPlaces(data, path, (entity, place, ancestors) => {
    budget.take(1);
    const objects = [...ancestors, entity];
    const sources = levelsUp.map((levels) => numberOf(objects[objects.length - 1 - levels], numbers)).join();
    let group = bySources.get(sources);
    if (!group) {
      const context = contextOf(objects, renamers, types, conditionalKeys);
      const key = `${JSON.stringify(context.values)} ${[...context.lacking].map(([name, lack]) => `${name} ${String(lack)}`).join()}`;
      group = groups.get(key) ?? { ...context, entities: [], places: [] };
      groups.set(key, group);
      bySources.set(sources, group);
    }
    group.entities.push(entity);
    if (group.lacking.size > 0) group.places.push([...place]);
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
  conditionalKeys: ReadonlySet<string>,
): ContextValues {
  const values: Record<string, unknown> = {};
  const lacking = new Map<string, Lack>();
  for (const renamer of renamers) {
    const { path, renameKeyTo } = renamer;
    const levelsUp = levelsUpOf(renamer);
    const value = valueAt(objects[objects.length - 1 - levelsUp], path.slice(levelsUp), types);
    if (value === FAILED || value === ABSENT) lacking.set(renameKeyTo, value);
    else if (value !== undefined) values[renameKeyTo] = value;
    else if (!path.some((key) => conditionalKeys.has(key)) && !lacking.has(renameKeyTo))
      lacking.set(renameKeyTo, undefined);
  }
  // Of several types that can give a value, the object above has one.
  for (const name of Object.keys(values)) lacking.delete(name);
  return { values, lacking };
}

function valueAt(value: unknown, path: readonly string[], types: TypeRelations): unknown {
  const [element, ...rest] = path;
  if (element === undefined || value === null || typeof value === 'symbol') return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => valueAt(item, path, types));
    return items.find((item) => typeof item === 'symbol') ?? (items.includes(undefined) ? undefined : items);
  }
  if (!isRecord(value)) return undefined;
  const condition = /^\.\.\. on (.*)$/.exec(element)?.[1];
  if (condition === undefined) return Object.hasOwn(value, element) ? valueAt(value[element], rest, types) : undefined;
  const typeName = value.__typename;
  const isOther = typeof typeName === 'string' && !types.applies(condition, typeName);
  return isOther ? undefined : valueAt(value, rest, types);
}
