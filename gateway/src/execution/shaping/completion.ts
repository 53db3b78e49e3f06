import type { AnswerBudget } from '../answer-budget.ts';
import { ABSENT, FAILED } from '../fetching/records.ts';
import type { FieldErrors } from '../field-errors.ts';

/** Result of completing a non-null value that is missing: its parent becomes null. */
export const NULL_PARENT = Symbol('null parent');

/**
 * Makes a value of the answer from the subgraphs' data. If it can't, it reports an error and returns null for a nullable
 * type, {@link NULL_PARENT} for a non-null one.
 */
export type Complete = (value: unknown, completion: Completion) => unknown;

/** State of one run of the shaping code. */
export class Completion {
  /** Path of the value at hand. It may have stale elements at the end: `depth` arguments say how many of them count. */
  readonly path: (string | number)[] = [];
  /** Variables as the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly budget: AnswerBudget;
  readonly #errors: FieldErrors;
  /** True if the object at hand is null because a subgraph doesn't know the entity. */
  #isUnknown = false;

  constructor(errors: FieldErrors, variables: Readonly<Record<string, unknown>>, budget: AnswerBudget) {
    this.budget = budget;
    this.#errors = errors;
    this.variables = variables;
  }

  /** Reports an invalid value. */
  fail(depth: number, message: string): null {
    this.#errors.addInvalid(message, this.path.slice(0, depth));
    return null;
  }

  /** Completes a null or missing value of nullable type. */
  nothing(value: unknown, depth: number, coordinate: string): null {
    if (value === undefined && !this.#errors.explains(this.path, depth)) {
      return this.fail(depth, `The subgraphs gave no value for ${coordinate}.`);
    }
    return null;
  }

  /**
   * Completes a null or missing value of non-null type. Reports an error unless a subgraph's error explains the null. If the
   * subgraph doesn't know the entity, that is no error here: the entity becomes null, which {@link nullObject} or
   * {@link noObject} completes.
   */
  nullParent(value: unknown, depth: number, coordinate: string): typeof NULL_PARENT {
    if (value === ABSENT) this.#isUnknown = true;
    else if (value !== FAILED && !this.#errors.explains(this.path, depth)) {
      this.fail(depth, `Cannot return null for non-nullable field ${coordinate}.`);
    }
    return NULL_PARENT;
  }

  /** Completes a value of nullable type that became null. */
  noObject(): null {
    this.#isUnknown = false;
    return null;
  }

  /** Completes a value of non-null type that became null. The reason is reported already, except for an unknown entity. */
  nullObject(depth: number, coordinate: string): typeof NULL_PARENT {
    if (this.#isUnknown) this.fail(depth, `Cannot return null for non-nullable field ${coordinate}.`);
    this.#isUnknown = false;
    return NULL_PARENT;
  }
}
