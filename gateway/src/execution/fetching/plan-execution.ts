import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { FieldErrors } from '../field-errors.ts';
import type { FetchRequest, SubgraphCall } from './fetch-request.ts';
import { copyOf } from './records.ts';

/** State of one execution of a plan. */
export class PlanExecution {
  /** Data of all fetches so far, under the plan's keys. */
  readonly data: JsonRecord = {};
  /** Coerced variables, by the client's names. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: FieldErrors;
  /**
   * Set once a failed mutation makes the whole answer null: the mutations after it must not run.
   * https://spec.graphql.org/October2021/#sec-Mutation
   */
  isHalted = false;
  readonly #call: SubgraphCall;
  readonly #shared = new Map<string, Promise<GraphQLAnswer>>();

  constructor(variables: Readonly<Record<string, unknown>>, errors: FieldErrors, call: SubgraphCall) {
    this.variables = variables;
    this.errors = errors;
    this.#call = call;
  }

  /** @param isShareable true if another fetch of the plan may send the same request */
  call(request: FetchRequest, isShareable: boolean): Promise<GraphQLAnswer> {
    return isShareable ? this.#callOnce(request) : this.#call(request);
  }

  /** Returns a copy to each caller, because merging modifies answers. */
  async #callOnce(request: FetchRequest): Promise<GraphQLAnswer> {
    const key = request.toIdentity();
    let answer = this.#shared.get(key);
    if (!answer) {
      answer = this.#call(request);
      this.#shared.set(key, answer);
    }
    return copyOf(await answer);
  }
}
