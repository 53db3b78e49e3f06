import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLFormattedError } from 'graphql';
import { errorsOf } from '../field-errors.ts';
import { dataOf, type FetchParts } from './fetch.ts';
import { mergeInto } from './merge.ts';
import { type Path, placesOf, visitPlaces } from './places.ts';
import type { PlanExecution } from './plan-execution.ts';
import { ABSENT, copyOf, FAILED, markUnavailable } from './records.ts';
import type { Waiting } from './waiting.ts';

/** One `_entities` call. */
export interface EntityCall {
  readonly parts: FetchParts;
  readonly execution: PlanExecution;
  readonly waiting: Waiting;
  /** Places of the waiting objects if the call is for some of those at its path; an object can be at other places too. */
  readonly places?: ReadonlyMap<JsonRecord, readonly Path[]> | undefined;
}

/** Merges the entities of an answer into the objects that wait for them, and reports its errors at their places. */
export function takeEntities(call: EntityCall, answer: GraphQLAnswer): void {
  const { parts, waiting } = call;
  const errors = errorsOf(answer);
  const data = dataOf(answer);
  const entities = data?._entities;
  const isWhole = Array.isArray(entities) && entities.length === waiting.representations.length;
  const failed = errors.length === 0 ? NONE : reportErrors(call, errors, isWhole);
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
    if (isRecord(entity)) mergeInto(object, taken?.has(index) ? copyOf(entity) : entity, parts.types);
    else markUnavailable(object, parts.keys, failed.has(index) ? FAILED : ABSENT);
    taken?.add(index);
  }
}

/** Marks every entity of the call as failed and reports the reason at each place. */
export function failEntities({ parts, execution, waiting, places }: EntityCall, error: unknown): void {
  const objects = new Set(waiting.objects);
  const failed = places
    ? [...places].flatMap(([object, here]) => (objects.has(object) ? here : []))
    : placesOf(execution.data, parts.path, objects);
  for (const place of failed) execution.errors.addFailure(error, place);
  for (const object of waiting.objects) markUnavailable(object, parts.keys, FAILED);
}

const NONE: ReadonlySet<number> = new Set();

/**
 * Reports the errors of an answer: one about an entity at each object that waits for it, any other at all of them. If the
 * entities came all the same, the other errors get no path.
 *
 * @returns indices of the representations that have errors
 */
function reportErrors(
  call: EntityCall,
  errors: readonly GraphQLFormattedError[],
  isWhole: boolean,
): ReadonlySet<number> {
  const { parts, execution } = call;
  const { subgraph } = parts.constants;
  const places = placesByIndex(call);
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

function placesByIndex({ parts, execution, waiting, places }: EntityCall): Map<number, Path[]> {
  const indices = new Map(waiting.objects.map((object, position) => [object, waiting.indices[position] ?? -1]));
  const found = new Map<number, Path[]>();
  const add = (object: JsonRecord, place: Path) => {
    const index = indices.get(object);
    if (index === undefined) return;
    const known = found.get(index);
    if (known) known.push(place);
    else found.set(index, [place]);
  };
  if (places) for (const [object, here] of places) for (const place of here) add(object, place);
  else visitPlaces(execution.data, parts.path, (object, place) => add(object, [...place]));
  return found;
}
