import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { GraphQLFormattedError } from 'graphql';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { copyOf } from '../execution/fetching/records.ts';

/** Fetch that gets its part of a batch's answer. */
export interface Recipient {
  readonly request: FetchRequest;
  resolve(answer: GraphQLAnswer | Promise<GraphQLAnswer>): void;
}

/**
 * Gives each fetch its own part: the entities it asked for, the errors about them, and those about none.
 *
 * @param indices place of each representation in the answer
 */
export function distribute(
  answer: GraphQLAnswer,
  batch: readonly Recipient[],
  indices: ReadonlyMap<string, number>,
): void {
  const entities = answer.data?._entities;
  const isWhole = Array.isArray(entities) && entities.length === indices.size;
  const errors = answer.errors && new ErrorsByEntity(answer.errors, indices.size);
  const taken = new Set<number>();
  for (const { request, resolve } of batch) {
    const own = (request.representations ?? []).map((representation) => indices.get(representation) ?? -1);
    resolve({
      ...(answer.data !== undefined && { data: answer.data }),
      ...(isWhole && { data: { _entities: own.map((index) => takeEntity(entities, index, taken)) } }),
      ...errors?.of(own),
      ...(answer.head && { head: answer.head }),
    });
  }
}

/** Returns a copy of an entity that another fetch has taken: each merges it into its own answer. */
function takeEntity(entities: readonly unknown[], index: number, taken: Set<number>): unknown {
  const entity = entities[index];
  if (!taken.has(index)) {
    taken.add(index);
    return entity;
  }
  return copyOf(entity);
}

/** Errors of a batch's answer, looked through once for all of its fetches. */
class ErrorsByEntity {
  readonly #byIndex = new Map<number, GraphQLFormattedError[]>();
  /** Errors about no entity that was asked for. */
  readonly #common: GraphQLFormattedError[] = [];

  constructor(errors: readonly GraphQLFormattedError[], entities: number) {
    for (const error of errors) {
      const index = entityIndexOf(error);
      if (index === undefined || index >= entities) this.#common.push(error);
      else {
        const known = this.#byIndex.get(index);
        if (known) known.push(error);
        else this.#byIndex.set(index, [error]);
      }
    }
  }

  /** Returns the errors for a fetch of these entities, at the places that they have in its own answer. */
  of(own: readonly number[]): { errors?: GraphQLFormattedError[] } {
    const errors: GraphQLFormattedError[] = own.flatMap((index, position) =>
      (this.#byIndex.get(index) ?? []).map((error) => ({
        ...error,
        path: ['_entities', position, ...(error.path ?? []).slice(2)],
      })),
    );
    for (const error of this.#common) errors.push(error);
    return errors.length > 0 ? { errors } : {};
  }
}

function entityIndexOf({ path }: GraphQLFormattedError): number | undefined {
  const [root, index] = Array.isArray(path) ? path : [];
  return root === '_entities' && typeof index === 'number' && index >= 0 ? index : undefined;
}
