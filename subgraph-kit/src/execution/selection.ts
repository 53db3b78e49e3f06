import { isPromise } from '@lockstep/runtime/promises.ts';
import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Execution, Path } from './execution.ts';
import { ignore } from './ignore.ts';

export type Results = Record<string, unknown>;

/** The selection on objects of a type below the nodes of a field. */
export type Select = (type: GraphQLObjectType, nodes: readonly FieldNode[]) => Selection;

/** One field of a selection. */
export interface SelectedField {
  /** The response key. */
  readonly key: string;
  /** Its share of an object, see operation-budget.ts. */
  readonly cost: number;
  /** Returns the field's value for the response, or a promise of it; throws its error if it can't be null. */
  execute(execution: Execution, source: unknown, parent: Path | undefined): unknown;
}

/** The fields of objects of one type, in the order of the response. */
export class Selection {
  readonly #fields: readonly SelectedField[];
  readonly #cost: number;

  constructor(fields: readonly SelectedField[]) {
    this.#fields = fields;
    this.#cost = fields.reduce((sum, { cost }) => sum + cost, 1);
  }

  /** Executes all fields at the same time (section 6.3.1). @param path path of the object */
  execute(execution: Execution, source: unknown, path: Path | undefined): Results | Promise<Results> {
    execution.budget.spend(this.#cost);
    const results = new ResponseObject();
    let isPending = false;
    try {
      for (const field of this.#fields) {
        const value = field.execute(execution, source, path);
        results[field.key] = value;
        isPending ||= isPromise(value);
      }
    } catch (error) {
      if (execution.budget.ended) ignore(Object.values(results));
      if (!isPending || execution.budget.ended) throw error;
      const rethrow = () => {
        throw error;
      };
      return this.#whole(results).finally(rethrow); // waits for the others, which may reject too
    }
    return isPending ? this.#whole(results) : results;
  }

  /** Executes one field after the other (section 6.3.2). */
  executeSerially(execution: Execution): Results | Promise<Results> {
    execution.budget.spend(this.#cost);
    return this.#fields.reduce<Results | Promise<Results>>((before, field) => {
      const next = (results: Results): Results | Promise<Results> => {
        const value = field.execute(execution, undefined, undefined);
        const add = (added: unknown) => {
          results[field.key] = added;
          return results;
        };
        return isPromise(value) ? Promise.resolve(value.then(add)) : add(value);
      };
      return before instanceof Promise ? before.then(next) : next(before);
    }, new ResponseObject());
  }

  async #whole(pending: Results): Promise<Results> {
    const values = await Promise.all(Object.values(pending));
    const results = new ResponseObject();
    for (const [index, { key }] of this.#fields.entries()) results[key] = values[index];
    return results;
  }
}

/** Object without `__proto__`, which may be an alias. `Object.create(null)` would give V8 a hash table. */
class ResponseObject {
  [key: string]: unknown;
}
Object.setPrototypeOf(ResponseObject.prototype, null);
