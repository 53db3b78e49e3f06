import type { ServerResponse } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { OperationCounts } from '../execution/operation-counts.ts';
import type { Refusals } from '../protection/refusals.ts';
import type { BreakerState } from '../subgraphs/circuit-breaker.ts';

/** What is counted elsewhere, whether anybody looks or not. */
export interface Counts {
  readonly refusals: Refusals;
  readonly operations: OperationCounts;
  readonly reloads: { accepted: number; refused: number };
}

/** What the supergraph that serves now has to show. */
export interface SupergraphFigures {
  readonly compiledOperations: number;
  /** The subgraphs that have a circuit breaker, and how it is. */
  breakers(): Iterable<readonly [subgraph: string, state: BreakerState]>;
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

/** In seconds: a request takes one or two milliseconds, a deadline is ten seconds. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The figures of this process, for Prometheus. No label has a text that clients choose: there are as many series as the
 * configuration makes, and no more.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counts: Counts;
  readonly #figures: () => SupergraphFigures | undefined;
  readonly requests = this.#counter('requests_total', 'Requests that were answered, or left by their clients', [
    'status',
    'outcome',
  ]);
  readonly requestDuration = this.#histogram('request_duration_seconds', 'How long requests took', []);
  readonly underWay = this.#gauge('requests_under_way', 'Requests that are being answered', []);
  readonly fetches = this.#counter('subgraph_fetches_total', 'What operations wanted to know of a subgraph', [
    'subgraph',
    'outcome',
  ]);
  readonly calls = this.#counter('subgraph_calls_total', 'Calls that were made, repetitions too', [
    'subgraph',
    'status',
  ]);
  readonly callDuration = this.#histogram('subgraph_call_duration_seconds', 'How long calls took', ['subgraph']);
  readonly retries = this.#counter('subgraph_retries_total', 'Calls that were repetitions', ['subgraph']);
  readonly saved = this.#counter('subgraph_calls_saved_total', 'Calls that need not be made', ['subgraph', 'by']);
  readonly compileDuration = this.#histogram(
    'operation_compile_duration_seconds',
    'How long an operation took to be planned and compiled',
    [],
  );

  /** @param figures those of the supergraph that serves at the time */
  constructor(counts: Counts, figures: () => SupergraphFigures | undefined) {
    this.#counts = counts;
    this.#figures = figures;
    // Processes of a pm2 cluster share an address, so that each scrape meets one of them: their series are told apart.
    this.#registry.setDefaultLabels({ pid: String(process.pid) });
    collectDefaultMetrics({ register: this.#registry });
    this.#addCounts();
    this.#addFigures();
  }

  /** Answers a scrape. */
  async answer(response: ServerResponse): Promise<void> {
    const text = await this.#registry.metrics();
    response.writeHead(200, { 'content-type': this.#registry.contentType, 'cache-control': 'no-store' }).end(text);
  }

  #addCounts(): void {
    const { refusals, operations, reloads } = this.#counts;
    this.#collected('refusals_total', 'How often a rule was broken', ['rule', 'outcome'], (counter) => {
      for (const { rule, outcome, count } of refusals.all()) counter.inc({ rule, outcome }, count);
    });
    this.#collected('operation_cache_hits_total', 'Operations that were compiled already', [], (counter) => {
      counter.inc(operations.hits);
    });
    this.#collected('operation_cache_misses_total', 'Operations that had to be compiled', [], (counter) => {
      counter.inc(operations.misses);
    });
    this.#collected('operation_fallbacks_total', 'Operations run by ApolloGateway, not compiled', [], (counter) => {
      counter.inc(operations.fallbacks);
    });
    this.#collected('supergraph_reloads_total', 'Changes of the supergraph or its settings', ['outcome'], (counter) => {
      counter.inc({ outcome: 'accepted' }, reloads.accepted);
      counter.inc({ outcome: 'refused' }, reloads.refused);
    });
  }

  #addFigures(): void {
    const figures = this.#figures;
    const registers = [this.#registry];
    new Gauge({
      name: 'lockstep_operation_cache_size',
      help: 'Operations that are compiled now',
      registers,
      collect() {
        this.set(figures()?.compiledOperations ?? 0);
      },
    });
    new Gauge({
      name: 'lockstep_subgraph_circuit_breaker_state',
      help: '1 for the state that it is in',
      labelNames: ['subgraph', 'state'],
      registers,
      collect() {
        this.reset();
        for (const [subgraph, current] of figures()?.breakers() ?? []) {
          for (const state of BREAKER_STATES) this.set({ subgraph, state }, state === current ? 1 : 0);
        }
      },
    });
  }

  /** A counter of what is counted elsewhere, read when it is asked for. */
  #collected<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (counter: Counter<Label>) => void,
  ): void {
    new Counter<Label>({
      name: `lockstep_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        fill(this);
      },
    });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name: `lockstep_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    return new Gauge({ name: `lockstep_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Histogram<Label> {
    const registers = [this.#registry];
    return new Histogram({ name: `lockstep_${name}`, help, labelNames, registers, buckets: DURATIONS });
  }
}
