import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { GraphQLFormattedError } from 'graphql';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { aliasOf } from '../execution/fetching/merged-document.ts';
import { copyOf } from '../execution/fetching/records.ts';
import { tagsForMerged, tagsForPart } from './answer-tags.ts';

/** Fetches whose entities are in one list. */
export interface JointBatch {
  readonly first: FetchRequest;
  /** Distinct representations of all of them, in the order of the list. */
  readonly representations: readonly string[];
  /** Places of each fetch's representations in the list; undefined if there is one fetch only. */
  readonly places: readonly (readonly number[])[] | undefined;
}

/** Joins the representations of fetches that send the same operation. @throws if there are no fetches */
export function jointBatch(requests: readonly FetchRequest[]): JointBatch {
  const [first] = requests;
  if (!first) throw new Error('a batch without a fetch');
  if (requests.length === 1) return { first, representations: first.representations ?? [], places: undefined };
  const indices = new Map<string, number>();
  const placeOf = (representation: string) => {
    const known = indices.get(representation);
    if (known !== undefined) return known;
    indices.set(representation, indices.size);
    return indices.size - 1;
  };
  const places = requests.map(({ representations = [] }) => representations.map(placeOf));
  return { first, representations: [...indices.keys()], places };
}

/**
 * Splits the answer to a merged call into one for each fetch, in the order of the batches.
 *
 * @returns undefined if it can't be told apart what is whose, as for {@link splitAnswer}
 */
export function splitMergedAnswer(merged: GraphQLAnswer, batches: readonly JointBatch[]): GraphQLAnswer[] | undefined {
  const { data, errors, head } = merged;
  const byAlias = new Map<unknown, GraphQLFormattedError[]>(batches.map((_, index) => [aliasOf(index), []]));
  for (const error of errors ?? []) {
    const [alias, ...below] = Array.isArray(error.path) ? error.path : [];
    const known = byAlias.get(alias);
    if (!known) return undefined;
    known.push({ ...error, path: ['_entities', ...below] });
  }
  const answers: GraphQLAnswer[] = [];
  for (const [index, batch] of batches.entries()) {
    const own = byAlias.get(aliasOf(index)) ?? [];
    const extensions = tagsForMerged(merged, batch.representations.length);
    const answer = {
      data: { _entities: data?.[aliasOf(index)] },
      ...(extensions !== undefined && { extensions }),
      ...(own.length > 0 && { errors: own }),
      ...(head && { head }),
    };
    const parts = splitAnswer(answer, batch);
    if (!parts) return undefined;
    answers.push(...parts);
  }
  return answers;
}

/**
 * Splits the answer to a batch into one for each fetch: the entities that it asked for, and the errors about them.
 *
 * @returns undefined if it can't be told apart what is whose: the answer doesn't have the entities that were asked for, or
 *   has an error that isn't about one of them
 */
export function splitAnswer(
  answer: GraphQLAnswer,
  { representations, places }: JointBatch,
): GraphQLAnswer[] | undefined {
  const entities = answer.data?._entities;
  if (!Array.isArray(entities) || entities.length !== representations.length) return undefined;
  const errors = answer.errors && errorsByEntity(answer.errors, entities.length);
  if (answer.errors && !errors) return undefined;
  if (!places) return [answer];
  const taken = new Uint8Array(entities.length);
  return places.map((own) => {
    const ownErrors = errors ? errorsOf(own, errors) : [];
    const extensions = tagsForPart(answer, own);
    return {
      data: { _entities: own.map((index) => takeEntity(entities, index, taken)) },
      ...(extensions !== undefined && { extensions }),
      ...(ownErrors.length > 0 && { errors: ownErrors }),
      ...(answer.head && { head: answer.head }),
    };
  });
}

/** Returns a copy of an entity that another fetch has taken: each merges it into its own answer. */
function takeEntity(entities: readonly unknown[], index: number, taken: Uint8Array): unknown {
  const entity = entities[index];
  if (taken[index]) return copyOf(entity);
  taken[index] = 1;
  return entity;
}

type ErrorsByEntity = ReadonlyMap<number, readonly GraphQLFormattedError[]>;

/** Groups errors by the index of their entity. Returns undefined if one of them has none. */
function errorsByEntity(errors: readonly GraphQLFormattedError[], entities: number): ErrorsByEntity | undefined {
  const byIndex = new Map<number, GraphQLFormattedError[]>();
  for (const error of errors) {
    const index = entityIndexOf(error);
    if (index === undefined || index >= entities) return undefined;
    const known = byIndex.get(index);
    if (known) known.push(error);
    else byIndex.set(index, [error]);
  }
  return byIndex;
}

/** Returns the errors for a fetch of these entities, at the places that they have in its own answer. */
function errorsOf(own: readonly number[], errors: ErrorsByEntity): GraphQLFormattedError[] {
  return own.flatMap((index, position) =>
    (errors.get(index) ?? []).map((error) => ({
      ...error,
      path: ['_entities', position, ...(error.path ?? []).slice(2)],
    })),
  );
}

function entityIndexOf({ path }: GraphQLFormattedError): number | undefined {
  const [root, index] = Array.isArray(path) ? path : [];
  return root === '_entities' && typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : undefined;
}
