import { ABSENT, FAILED } from '../fetching/unavailable.ts';
import type { FieldErrors } from '../field-errors.ts';

/** What a value of non-null type ends as where it can't be had: the null that its parent becomes. */
export const NULL_PARENT = Symbol('null parent');

/**
 * Makes a value of the answer from what the subgraphs gave. Null for a nullable type, {@link NULL_PARENT} for another,
 * where it can't: the error is reported then.
 */
export type Complete = (value: unknown, completion: Completion) => unknown;

/** One run of the shaping code. */
export class Completion {
  /** Where it is in the answer. Each piece of code knows how much of it counts for its own values. */
  readonly path: (string | number)[] = [];
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly #errors: FieldErrors;
  /** Whether the object at hand is null because a subgraph doesn't know the entity. */
  #isUnknown = false;

  constructor(errors: FieldErrors, variables: Readonly<Record<string, unknown>>) {
    this.#errors = errors;
    this.variables = variables;
  }

  /** Reports a value that can't stand. */
  fail(depth: number, message: string): null {
    this.#errors.addInvalid(message, this.path.slice(0, depth));
    return null;
  }

  /** A null, or no value at all, for a nullable type. */
  nothing(value: unknown, depth: number, coordinate: string): null {
    if (value === undefined && !this.#errors.explains(this.path, depth)) {
      return this.fail(depth, `The subgraphs gave no value for ${coordinate}.`);
    }
    return null;
  }

  /**
   * A null, or no value at all, for a non-null type. An error that explains it is enough. Of an entity that its subgraph
   * doesn't know it is no mistake: the entity is null then, and that is for {@link nullObject} or {@link noObject} to tell.
   */
  nullParent(value: unknown, depth: number, coordinate: string): typeof NULL_PARENT {
    if (value === ABSENT) this.#isUnknown = true;
    else if (value !== FAILED && !this.#errors.explains(this.path, depth)) {
      this.fail(depth, `Cannot return null for non-nullable field ${coordinate}.`);
    }
    return NULL_PARENT;
  }

  /** What a value of nullable type was completed to, where that is null. */
  noObject(): null {
    this.#isUnknown = false;
    return null;
  }

  /** The same for a non-null type: what made it null is reported already, but for an unknown entity. */
  nullObject(depth: number, coordinate: string): typeof NULL_PARENT {
    if (this.#isUnknown) this.fail(depth, `Cannot return null for non-nullable field ${coordinate}.`);
    this.#isUnknown = false;
    return NULL_PARENT;
  }
}
