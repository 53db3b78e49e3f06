import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { AnswerBudget } from '../answer-budget.ts';
import type { FieldErrors } from '../field-errors.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { FetchGroup, FetchRequest, SubgraphCall } from './fetch-request.ts';
import { Gathering } from './gathering.ts';
import { copyOf } from './records.ts';

let executions = 0;

/** State of one execution of a plan. */
export class PlanExecution {
  /** Identifies the execution within this process. */
  readonly number: number;
  /** Set, by `performance.now()`, if fetches of the plan wait for each other. */
  startedAt = 0;
  /** Data of all fetches so far, under the plan's keys. */
  readonly data: JsonRecord = {};
  /** Coerced variables, by the client's names. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly errors: FieldErrors;
  readonly budget: AnswerBudget;
  readonly #call: SubgraphCall;
  readonly #signal: AbortSignal | undefined;
  readonly #timeline: Timeline | undefined;
  readonly #nullsRoot: (key: string, data: JsonRecord) => boolean;
  readonly #shared = new Map<string, Promise<GraphQLAnswer>>();
  #gatherings: Map<FetchGroup, Gathering> | undefined;

  /** Mutations that ran since the last look at their results, by the plan's keys. */
  #ran: ReadonlyMap<string, unknown> | undefined;
  #isHalted = false;

  /** @param nullsRoot tells if the value of a root field, by its key in the plan's data, makes the whole answer null */
  constructor(
    variables: Readonly<Record<string, unknown>>,
    { errors, budget }: Pick<PlanExecution, 'errors' | 'budget'>,
    {
      call,
      signal,
      timeline,
    }: {
      readonly call: SubgraphCall;
      readonly signal?: AbortSignal | undefined;
      readonly timeline?: Timeline | undefined;
    },
    nullsRoot: (key: string, data: JsonRecord) => boolean,
  ) {
    executions += 1;
    this.number = executions;
    this.budget = budget;
    this.#signal = signal;
    this.#timeline = timeline;
    this.#nullsRoot = nullsRoot;
    this.variables = variables;
    this.errors = errors;
    this.#call = call;
  }

  /** True if the client has left: nothing more is fetched or shaped. */
  get isAbandoned(): boolean {
    return this.#signal?.aborted ?? false;
  }

  /** Returns the gathering of the fetches of a group. */
  gathering(group: FetchGroup): Gathering {
    this.#gatherings ??= new Map();
    let gathering = this.#gatherings.get(group);
    if (!gathering) {
      gathering = new Gathering(group.size);
      this.#gatherings.set(group, gathering);
    }
    return gathering;
  }

  /** @param isShareable true if another fetch of the plan may send the same request */
  call(request: FetchRequest, isShareable: boolean): Promise<GraphQLAnswer> {
    return isShareable ? this.#callOnce(request) : this.#call(request);
  }

  /**
   * Returns true if the next mutations may run: not after one that makes the whole answer null.
   * https://spec.graphql.org/October2021/#sec-Handling-Field-Errors
   */
  mayMutate(): boolean {
    for (const key of this.#ran?.keys() ?? []) this.#isHalted ||= this.#nullsRoot(key, this.data);
    return !this.#isHalted;
  }

  /** Notes that mutations are about to run, and drops the answers so far: the same requests may return others now. */
  startMutations(keys: ReadonlyMap<string, unknown>): void {
    this.#ran = keys;
    this.#shared.clear();
  }

  /** Returns a copy to each caller, because merging modifies answers. */
  async #callOnce(request: FetchRequest): Promise<GraphQLAnswer> {
    const key = request.toIdentity();
    let answer = this.#shared.get(key);
    if (answer) this.#timeline?.repeat(request);
    else {
      answer = this.#call(request);
      this.#shared.set(key, answer);
    }
    return copyOf(await answer);
  }
}
