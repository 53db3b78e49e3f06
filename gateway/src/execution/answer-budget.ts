import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';

/** Share of an object that one of its fields costs, and a value in a list. */
export const FIELD_COST = 0.1;

/** Objects that an error costs. */
export const ERROR_COST = 10;

/** Objects that the answer of one operation may still have. */
export class AnswerBudget {
  readonly #maxObjects: number;
  #left: number;

  constructor(maxObjects: number) {
    this.#maxObjects = maxObjects;
    this.#left = maxObjects;
  }

  /** Notes so many objects, which are about to be made or were found. @throws {AnswerTooLargeError} each time from then on */
  take(objects: number): void {
    this.#left -= objects;
    if (this.#left < 0) throw new AnswerTooLargeError(this.#maxObjects);
  }

  /** @throws {AnswerTooLargeError} if so many objects can't be taken */
  check(objects: number): void {
    if (objects > this.#left) this.take(objects);
  }
}

/** Error of an operation whose answer would have too many objects. It is the whole of its result. */
export class AnswerTooLargeError extends ExpectedError {
  constructor(allowed: number) {
    super('OPERATION_LIMIT_EXCEEDED', `The answer would have too many objects; at most ${allowed} are allowed`, {
      extensions: { limit: 'max_objects', allowed },
    });
  }
}
