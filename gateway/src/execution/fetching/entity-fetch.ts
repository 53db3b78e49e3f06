import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLAnswer } from '@lockstep/runtime/http/subgraph-answer.ts';
import type { GraphQLFormattedError } from 'graphql';
import { errorsOf } from '../field-errors.ts';
import { groupByContext } from './context-arguments.ts';
import { dataOf, type FetchOptions, type FetchParts, fetchParts, type Step } from './fetch.ts';
import { FetchRequest } from './fetch-request.ts';
import { mergeInto } from './merge.ts';
import { objectsAt, type Path, placesOf, visitPlaces } from './places.ts';
import type { PlanExecution } from './plan-execution.ts';
import { isRecord, type JsonRecord } from './records.ts';
import { compileRepresentation, type Representer } from './representations.ts';
import { ABSENT, FAILED, markUnavailable } from './unavailable.ts';
import { gather, type Waiting } from './waiting.ts';

/** Compiles a fetch of entities: one representation for each distinct one, the result for every object that waits. */
export function compileEntityFetch(fetch: FetchNode, path: readonly string[], options: FetchOptions): Step {
  const parts = fetchParts(fetch, path, options);
  const representer = compileRepresentation(fetch, options.types, options.conditionalKeys);
  const { contextRewrites } = fetch;
  if (!contextRewrites?.length) {
    return async (execution) => {
      await fetchEntities(parts, execution, objectsAt(execution.data, path), representer, undefined);
    };
  }
  return async (execution) => {
    const groups = groupByContext(execution.data, path, contextRewrites, options.types);
    const fetches = groups.map(async ({ values, entities }) => {
      if (typeof values !== 'symbol') return fetchEntities(parts, execution, entities, representer, values);
      for (const entity of entities) markUnavailable(entity, parts.keys, values);
    });
    await Promise.all(fetches);
  };
}

async function fetchEntities(
  parts: FetchParts,
  execution: PlanExecution,
  objects: readonly JsonRecord[],
  representer: Representer,
  contextValues: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  const waiting = gather(objects, representer, parts.keys);
  if (waiting.representations.length === 0) return;
  const variables = parts.variables(execution);
  const request = new FetchRequest(
    parts.constants,
    contextValues ? { ...variables, ...contextValues } : variables,
    waiting.representations,
  );
  try {
    take(parts, execution, waiting, await parts.call(execution, request));
  } catch (error) {
    for (const place of placesOf(execution.data, parts.path, new Set(waiting.objects))) {
      execution.errors.addFailure(error, place);
    }
    for (const object of waiting.objects) markUnavailable(object, parts.keys, FAILED);
  }
}

function take(parts: FetchParts, execution: PlanExecution, waiting: Waiting, answer: GraphQLAnswer): void {
  const errors = errorsOf(answer);
  const data = dataOf(answer);
  const entities = data?._entities;
  const isWhole = Array.isArray(entities) && entities.length === waiting.representations.length;
  const failed = errors.length === 0 ? NONE : reportErrors(parts, execution, waiting, errors, isWhole);
  if (!isWhole) {
    if (errors.length === 0) throw new Error('a subgraph answered other entities than it was asked for');
    for (const object of waiting.objects) markUnavailable(object, parts.keys, FAILED);
    return;
  }
  if (parts.rewrites.length > 0) for (const entity of entities) for (const rewrite of parts.rewrites) rewrite(entity);
  const taken = parts.copies ? new Set<number>() : undefined;
  for (let position = 0; position < waiting.objects.length; position++) {
    const object = waiting.objects[position] ?? {};
    const index = waiting.indices[position] ?? -1;
    const entity: unknown = entities[index];
    if (isRecord(entity)) mergeInto(object, taken?.has(index) ? structuredClone(entity) : entity, parts.types);
    else markUnavailable(object, parts.keys, failed.has(index) ? FAILED : ABSENT);
    taken?.add(index);
  }
}

const NONE: ReadonlySet<number> = new Set();

/**
 * An error about one entity is at each object that waits for it, any other at all of them; but where the entities came
 * all the same, it has no path.
 *
 * @returns the indices of the representations that had errors
 */
function reportErrors(
  parts: FetchParts,
  execution: PlanExecution,
  waiting: Waiting,
  errors: readonly GraphQLFormattedError[],
  isWhole: boolean,
): ReadonlySet<number> {
  const { subgraph } = parts.constants;
  const places = placesByIndex(parts, execution, waiting);
  const failed = new Set<number>();
  const general: GraphQLFormattedError[] = [];
  for (const error of errors) {
    const index = Array.isArray(error.path) ? error.path[1] : undefined;
    const waitingHere = typeof index === 'number' ? places.get(index) : undefined;
    if (typeof index !== 'number' || !waitingHere) {
      general.push(error);
      continue;
    }
    failed.add(index);
    const below = (error.path ?? []).slice(2).map((key) => (typeof key === 'string' ? parts.renamed(key) : key));
    for (const place of waitingHere) execution.errors.addFromSubgraph(subgraph, error, [...place, ...below]);
  }
  if (isWhole) {
    for (const error of general) execution.errors.addFromSubgraph(subgraph, error, undefined);
    return failed;
  }
  const toAll = general.length > 0 ? general : errors.slice(0, 1);
  for (const [index, placesHere] of places) {
    if (failed.has(index)) continue;
    for (const error of toAll) for (const place of placesHere) execution.errors.addFromSubgraph(subgraph, error, place);
  }
  return failed;
}

function placesByIndex(parts: FetchParts, execution: PlanExecution, waiting: Waiting): Map<number, Path[]> {
  const indices = new Map(waiting.objects.map((object, position) => [object, waiting.indices[position] ?? -1]));
  const places = new Map<number, Path[]>();
  visitPlaces(execution.data, parts.path, (object, place) => {
    const index = indices.get(object);
    if (index === undefined) return;
    const known = places.get(index);
    if (known) known.push([...place]);
    else places.set(index, [[...place]]);
  });
  return places;
}
