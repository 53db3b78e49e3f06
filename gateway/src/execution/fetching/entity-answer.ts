import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLFormattedError } from 'graphql';
import { errorsOf } from '../field-errors.ts';
import { commonPath, type ErrorSubject, reportErrors } from './answer-errors.ts';
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
  const { failed, isReported } = reportEntityErrors(call, errors, Array.isArray(entities) ? entities : undefined);
  if (!isWhole) {
    for (const object of waiting.objects) markUnavailable(object, parts.keys, FAILED);
    if (isReported) return;
    const others = { ...call, waiting: without(waiting, failed) };
    failEntities(others, new Error('a subgraph answered other entities than it was asked for'));
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
  if (execution.isAbandoned) return; // nobody reads the answer, and an error for each entity takes milliseconds
  const objects = new Set(waiting.objects);
  const failed = places
    ? [...places].flatMap(([object, here]) => (objects.has(object) ? here : []))
    : placesOf(execution.data, parts.path, objects);
  for (const place of failed) execution.errors.addFailure(error, place);
  for (const object of waiting.objects) markUnavailable(object, parts.keys, FAILED);
}

/** Returns what waits for other representations. */
function without({ representations, objects, indices }: Waiting, excluded: ReadonlySet<number>): Waiting {
  const left = [...objects.keys()].filter((position) => !excluded.has(indices[position] ?? -1));
  return {
    representations,
    objects: left.map((position) => objects[position] ?? {}),
    indices: left.map((position) => indices[position] ?? -1),
  };
}

interface ReportedErrors {
  /** Indices of the representations that have errors. */
  readonly failed: ReadonlySet<number>;
  /** True if there is an error about no entity in particular. */
  readonly isReported: boolean;
}

const NO_ERRORS: ReportedErrors = { failed: new Set(), isReported: false };

/**
 * Reports the errors of an answer: one about an entity at the objects that wait for it, any other at the nearest path that
 * all of them have in common.
 */
function reportEntityErrors(
  call: EntityCall,
  errors: readonly GraphQLFormattedError[],
  entities: readonly unknown[] | undefined,
): ReportedErrors {
  if (errors.length === 0) return NO_ERRORS;
  let isReported = false;
  // An error about a part of an entity says nothing of the rest of it, which is lost with a list of another length.
  const isUsed = !entities || entities.length === call.waiting.representations.length;
  const places = placesByIndex(call);
  const failed = new Set<number>();
  const subjects = new Map<number, ErrorSubject>();
  const locate = ([, index, ...below]: Path) => {
    if (typeof index !== 'number') return undefined;
    const waiting = places.get(index);
    if (!waiting) return undefined;
    if (isUsed || below.length === 0) failed.add(index);
    const subject = subjects.get(index) ?? { places: waiting, value: entities?.[index] };
    subjects.set(index, subject);
    return { subject, below };
  };
  reportErrors(call, errors, locate, () => {
    isReported = true;
    return commonPath([...places.values()].flat());
  });
  return { failed, isReported };
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
