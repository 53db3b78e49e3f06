import { ExpectedError, subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SubgraphClient } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { reportBreaker } from '@lockstep/runtime/process-state.ts';
import type { CircuitBreakerSettings } from '../configuration/sections/resilience.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import type { BreakerState } from '../telemetry/figures.ts';
import type { Step } from './call-step.ts';

/** Closed: calls go through. Open: none does. Half-open: one does, to find out if the subgraph is back. */
type State =
  | { readonly phase: 'closed'; readonly outcomes: Outcomes }
  | { readonly phase: 'open'; readonly until: number }
  | { readonly phase: 'half-open'; readonly since: number };

/** Refuses fetches while the breaker is open. */
export function breakCircuit(breaker: CircuitBreaker): Step<GraphQLAnswer> {
  return (next) => (request, context) => breaker.run(() => next(request, context), context);
}

/** Spares a subgraph that fails, and clients that would wait for it. */
export class CircuitBreaker {
  readonly #subgraph: SubgraphSettings;
  readonly #settings: CircuitBreakerSettings;
  readonly #logger: Logger;
  readonly #client: Pick<SubgraphClient, 'hasLostInstanceSince'> | undefined;
  #state: State;

  /** @param client client of the subgraph, if one of its instances may fail by itself */
  constructor(
    subgraph: SubgraphSettings,
    settings: CircuitBreakerSettings,
    logger: Logger,
    client?: Pick<SubgraphClient, 'hasLostInstanceSince'>,
  ) {
    this.#client = client;
    this.#subgraph = subgraph;
    this.#settings = settings;
    this.#logger = logger;
    this.#state = { phase: 'closed', outcomes: new Outcomes(settings.requestThreshold) };
  }

  get state(): BreakerState {
    return this.#state.phase;
  }

  /**
   * Makes the call, unless the breaker is open.
   *
   * @param lifetime of the operation: if it ends first, the call says nothing about the subgraph
   * @throws `SUBGRAPH_UNAVAILABLE` at once if it is open, and what the call throws
   */
  async run<Result>(call: () => Promise<Result>, lifetime: Lifetime): Promise<Result> {
    const startedAt = performance.now();
    const state = this.#admit(startedAt);
    try {
      const result = await call();
      this.#note(state, true);
      return result;
    } catch (error) {
      this.#note(state, this.#isFailure(error, startedAt, lifetime) ? false : undefined);
      throw error;
    }
  }

  /** Closes it for good: no call goes through it any more, and what those under way still find out doesn't count. */
  retire(): void {
    reportBreaker(this, undefined);
    this.#state = { phase: 'closed', outcomes: new Outcomes(this.#settings.requestThreshold) };
  }

  #admit(now: number): State {
    const state = this.#state;
    if (state.phase === 'closed') return state;
    if (state.phase === 'half-open' || now < state.until) throw subgraphUnavailable(this.#subgraph.name);
    this.#state = { phase: 'half-open', since: now };
    return this.#state;
  }

  /** @param isGood undefined if the call says nothing about the subgraph */
  #note(state: State, isGood: boolean | undefined): void {
    if (state !== this.#state) return; // of a call that began before the breaker changed
    if (state.phase === 'closed' && isGood !== undefined) {
      state.outcomes.add(isGood);
      if (state.outcomes.failedPercentage() >= this.#settings.errorThresholdPercentage) this.#open(performance.now());
    } else if (state.phase === 'half-open') {
      if (isGood) this.#close();
      else if (isGood === false) this.#open(state.since);
      else this.#state = { phase: 'open', until: 0 }; // the next call finds out
    }
  }

  #open(since: number): void {
    const { name } = this.#subgraph;
    if (this.#state.phase === 'closed') {
      this.#logger.warn({ subgraph: name }, 'the circuit breaker of the subgraph opens');
      reportBreaker(this, { subgraph: name, since: new Date().toISOString() });
    }
    this.#state = { phase: 'open', until: since + this.#settings.sleepWindowMs };
  }

  #close(): void {
    reportBreaker(this, undefined);
    this.#logger.info({ subgraph: this.#subgraph.name }, 'the circuit breaker of the subgraph closes');
    this.#state = { phase: 'closed', outcomes: new Outcomes(this.#settings.requestThreshold) };
  }

  /** Returns true if the subgraph failed, which a call cut short by its operation's deadline does not show. */
  #isFailure(error: unknown, startedAt: number, { signal, deadline }: Lifetime): boolean {
    if (signal.aborted || !(error instanceof ExpectedError)) return false;
    if (error.extensions.code === 'OVERLOADED') return false; // this process is
    if (this.#client?.hasLostInstanceSince(startedAt)) return false; // it is left out, and the others answer
    if (error.extensions.code !== 'DEADLINE_EXCEEDED') return true;
    const usualMs = Math.min(this.#subgraph.timeoutMs, deadline?.timeoutMs ?? Number.POSITIVE_INFINITY);
    return performance.now() - startedAt >= usualMs / 2;
  }
}

/** Outcomes of the last calls: a fixed number and not a time, so that a busy subgraph is noticed as soon as an idle one. */
class Outcomes {
  readonly #areFailures: Uint8Array;
  #count = 0;
  #failed = 0;

  constructor(size: number) {
    this.#areFailures = new Uint8Array(size);
  }

  add(isGood: boolean): void {
    const index = this.#count % this.#areFailures.length;
    const failure = isGood ? 0 : 1;
    this.#failed += failure - (this.#areFailures[index] ?? 0);
    this.#areFailures[index] = failure;
    this.#count += 1;
  }

  /** Returns 0 until there were enough calls. */
  failedPercentage(): number {
    return this.#count < this.#areFailures.length ? 0 : (this.#failed / this.#areFailures.length) * 100;
  }
}
