import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { GraphQLFormattedError } from 'graphql';
import { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import { copyOf } from '../../execution/fetching/records.ts';
import type { Entry } from './store.ts';

/** Answer to a fetch of some of the entities that a request asks for. */
export interface PartialAnswer {
  /** Their places among all of the request. */
  readonly indices: readonly number[];
  readonly answer: GraphQLAnswer;
}

/** Returns the request for some of the entities. */
export function partOf(request: FetchRequest, indices: readonly number[]): FetchRequest {
  const { constants, variables, representations, execution } = request;
  if (!representations || indices.length === representations.length) return request;
  return new FetchRequest(
    constants,
    variables,
    indices.map((index) => representations[index] ?? ''),
    execution,
  );
}

/** Returns the entities of an answer, or undefined if they aren't as many as were asked for. */
export function entitiesOf({ data }: GraphQLAnswer, count: number): readonly unknown[] | undefined {
  const entities = data?._entities;
  return Array.isArray(entities) && entities.length === count ? entities : undefined;
}

/** Returns the answer to a request for entities, of which some are stored. */
export function joinEntities(
  stored: readonly (Entry | undefined)[],
  parts: readonly PartialAnswer[],
): Pick<GraphQLAnswer, 'data' | 'errors'> {
  const entities = stored.map((entry) => (entry ? copyOf(entry.value) : null));
  const errors: GraphQLFormattedError[] = [];
  for (const { indices, answer } of parts) {
    const fetched = entitiesOf(answer, indices.length);
    // Unusable. None of its errors is about the entity at its path in this answer.
    if (!fetched) return { data: null, ...(answer.errors && { errors: answer.errors.map(withoutPath) }) };
    indices.forEach((index, position) => {
      entities[index] = fetched[position];
    });
    errors.push(...(answer.errors ?? []).map((error) => atPlace(error, indices)));
  }
  return { data: { _entities: entities }, ...(errors.length > 0 && { errors }) };
}

function atPlace(error: GraphQLFormattedError, indices: readonly number[]): GraphQLFormattedError {
  const [root, position, ...below] = error.path ?? [];
  const index = root === '_entities' && typeof position === 'number' ? indices[position] : undefined;
  return index === undefined ? withoutPath(error) : { ...error, path: ['_entities', index, ...below] };
}

function withoutPath({ path: _, ...error }: GraphQLFormattedError): GraphQLFormattedError {
  return error;
}
