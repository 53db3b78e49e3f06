import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';

/** Share of an object that one of its fields costs, and a value in a list. */
export const FIELD_COST = 0.1;

/** Objects that an error costs. */
export const ERROR_COST = 10;

/** Limits of the answer to one operation. */
export interface AnswerLimits {
  readonly maxObjects: number;
  /** Bound of the subgraphs' replies together, and of the texts in the answer together: characters in JSON, or bytes. */
  readonly maxBytes: number;
}

/** Number of bytes of the subgraphs' replies to an operation so far. */
export type ReplyBytes = Pick<RequestBytes, 'replies'>;

/** Budget of the answer to one operation. Its methods throw each time once a limit is exceeded. */
export class AnswerBudget {
  readonly #limits: AnswerLimits;
  readonly #replies: ReplyBytes | undefined;
  #objects: number;
  #textBytes: number;

  /** @param replies counts the subgraphs' replies; undefined if that is not counted */
  constructor(limits: AnswerLimits, replies?: ReplyBytes) {
    this.#limits = limits;
    this.#replies = replies;
    this.#objects = limits.maxObjects;
    this.#textBytes = limits.maxBytes;
  }

  /** Notes so many objects, which are about to be made or were found. @throws {AnswerTooLargeError} */
  take(objects: number): void {
    this.#objects -= objects;
    if (this.#objects < 0) throw new AnswerTooLargeError('objects', 'max_objects', this.#limits.maxObjects);
  }

  /** @throws {AnswerTooLargeError} if the replies so far are too long together */
  checkReplies(): void {
    if (this.#replies && this.#replies.replies > this.#limits.maxBytes) throw this.#tooManyBytes();
  }

  /** Notes a text in the answer: that of one entity may be in it many times. @throws {AnswerTooLargeError} */
  takeText(length: number): void {
    this.#textBytes -= length;
    if (this.#textBytes < 0) throw this.#tooManyBytes();
  }

  /** @throws {AnswerTooLargeError} if so many objects can't be taken */
  check(objects: number): void {
    if (objects > this.#objects) this.take(objects);
  }

  #tooManyBytes(): AnswerTooLargeError {
    return new AnswerTooLargeError('bytes', 'max_bytes', this.#limits.maxBytes);
  }
}

/** Error of an operation whose answer would be too large. It is the whole of its result. */
export class AnswerTooLargeError extends ExpectedError {
  constructor(what: 'objects' | 'bytes', limit: string, allowed: number) {
    super('OPERATION_LIMIT_EXCEEDED', `The answer would have too many ${what}; at most ${allowed} are allowed`, {
      extensions: { limit, allowed },
    });
  }
}
