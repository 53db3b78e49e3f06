import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { FieldErrors } from '../field-errors.ts';
import type { FetchRequest, SubgraphCall } from './fetch-request.ts';

/** One run of a plan. */
export class PlanExecution {
  /** All that the fetches brought, under the plan's keys. */
  readonly data: JsonRecord = {};
  /** Coerced, by the client's names. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: FieldErrors;
  /** Set where a mutation's failure makes the whole answer null: GraphQL runs none of those after it (section 6.2.2). */
  isHalted = false;
  readonly #call: SubgraphCall;
  readonly #shared = new Map<string, Promise<GraphQLAnswer>>();

  constructor(variables: Readonly<Record<string, unknown>>, errors: FieldErrors, call: SubgraphCall) {
    this.variables = variables;
    this.errors = errors;
    this.#call = call;
  }

  /** @param isShareable whether another fetch of the plan may ask the very same */
  call(request: FetchRequest, isShareable: boolean): Promise<GraphQLAnswer> {
    return isShareable ? this.#callOnce(request) : this.#call(request);
  }

  /** Each taker has a copy: answers are changed as they are merged. */
  async #callOnce(request: FetchRequest): Promise<GraphQLAnswer> {
    const key = request.toIdentity();
    let answer = this.#shared.get(key);
    if (!answer) {
      answer = this.#call(request);
      this.#shared.set(key, answer);
    }
    return structuredClone(await answer);
  }
}
