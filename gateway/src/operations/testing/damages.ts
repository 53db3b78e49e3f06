import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLFormattedError } from 'graphql';
import { copyOf } from '../../execution/fetching/records.ts';
import type { Random } from './random.ts';

/** A failure of a subgraph. */
export interface Damage {
  /** True if it may leave nulls without an error. */
  readonly isQuiet: boolean;
  /** Returns the answer in place of a right one, or throws. */
  apply(answer: GraphQLAnswer, random: Random): GraphQLAnswer;
}

/** Failures of subgraphs in every shape. */
export const DAMAGES: readonly Damage[] = [
  loud(() => {
    throw new Error('the call failed');
  }),
  loud(() => ({})),
  loud(() => failed([error()])),
  loud(() => failed([error(), error(), error()])),
  loud(({ data }) => failed(pathsIn(data).map(error))),
  loud(({ data }) => failed([...pathsIn(data).map(error), error()])),
  loud((answer) => withErrors(answer, [error(), astray([]), astray(['_entities', 99]), astray(['_e0', 99])])),
  loud((answer, random) => {
    const path = pickPath(answer, random);
    return withErrors(withNull(answer, path), [error(path)]);
  }),
  loud((answer, random) => {
    const path = pickPath(answer, random);
    return withErrors(withNull(answer, path), [error([...path, 'below', 3])]);
  }),
  loud((answer) => withEntities(answer, (entities) => entities.slice(1))),
  loud((answer) => withEntities(answer, (entities) => [...entities, null])),
  quiet((answer) => withEntities(answer, (entities) => entities.map(() => null))),
  quiet((answer, random) => withNull(answer, pickPath(answer, random))),
  quiet((answer, random) => withErrors(withNull(answer, pickPath(answer, random)), [error()])),
];

type Apply = Damage['apply'];
type ErrorPath = readonly (string | number)[];

function loud(apply: Apply): Damage {
  return { isQuiet: false, apply };
}

function quiet(apply: Apply): Damage {
  return { isQuiet: true, apply };
}

/** Beginning of the messages of errors that lead nowhere, of which each should reach the client once at most. */
export const NOWHERE = 'damaged somewhere';

let errors = 0;

/** Returns an error unlike all others. */
function error(path?: ErrorPath): GraphQLFormattedError {
  errors += 1;
  return path ? { message: `damaged ${errors}`, path } : { message: `${NOWHERE} ${errors}` };
}

/** Returns an error with a path that leads nowhere. */
function astray(path: ErrorPath): GraphQLFormattedError {
  return { ...error(), path };
}

function failed(errors: GraphQLFormattedError[]): GraphQLAnswer {
  return { data: null, errors: errors.length > 0 ? errors : [error()] };
}

function withErrors(answer: GraphQLAnswer, errors: readonly GraphQLFormattedError[]): GraphQLAnswer {
  return { ...answer, errors: [...(answer.errors ?? []), ...errors] };
}

/** Changes the first list of entities. */
function withEntities(answer: GraphQLAnswer, change: (entities: readonly unknown[]) => unknown[]): GraphQLAnswer {
  const [key, entities] = Object.entries(answer.data ?? {}).find(([name]) => isEntities(name)) ?? [];
  return key !== undefined && Array.isArray(entities)
    ? { ...answer, data: { ...answer.data, [key]: change(entities) } }
    : answer;
}

/** Returns true for the key of a list of entities, which has an alias in a merged call. */
function isEntities(key: unknown): boolean {
  return typeof key === 'string' && /^_e(ntities|\d+)$/.test(key);
}

function withNull(answer: GraphQLAnswer, path: ErrorPath): GraphQLAnswer {
  const damaged = copyOf(answer);
  let parent: unknown = damaged.data;
  for (const key of path.slice(0, -1)) parent = Object(parent)[key];
  const last = path.at(-1);
  if (last !== undefined && typeof parent === 'object' && parent !== null) Reflect.set(parent, last, null);
  return damaged;
}

function pickPath({ data }: GraphQLAnswer, random: Random): ErrorPath {
  const paths = pathsIn(data);
  return paths.length > 0 ? random.pick(paths) : [];
}

/** Returns the paths of all values but the lists of entities and the names of types, which a plan can't do without. */
function pathsIn(value: unknown, path: ErrorPath = []): ErrorPath[] {
  const isLeft = path.length === 0 || isEntities(path.at(-1)) || path.at(-1) === '__typename';
  const own = isLeft ? [] : [path];
  if (Array.isArray(value)) return [...own, ...value.flatMap((item, index) => pathsIn(item, [...path, index]))];
  if (!isRecord(value)) return own;
  return [...own, ...Object.entries(value).flatMap(([key, below]) => pathsIn(below, [...path, key]))];
}
