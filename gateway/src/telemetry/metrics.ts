import { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import { Tally } from '@lockstep/runtime/telemetry/tally.ts';
import { TrafficMetrics } from '@lockstep/runtime/telemetry/traffic-metrics.ts';
import { redisStates } from '../redis/redis-states.ts';
import { CacheCounts, type CacheShare } from './cache-counts.ts';
import type { BreakerState, Counts, SupergraphFigures } from './figures.ts';

/** Labels of what is in the cache. */
const SHARE = ['subgraph', 'type'] as const;

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

/** Prometheus metrics of this gateway. No label contains text from clients. */
export class Metrics extends TrafficMetrics {
  readonly #counts: Counts;
  readonly #figures: () => SupergraphFigures | undefined;
  /** Fetches by subgraph and outcome. */
  readonly fetches = new Tally();
  /** Saved calls by subgraph and mechanism. */
  readonly saved = new Tally();
  /** Finds of fetches in the cache, by subgraph. */
  readonly #cache = new Map<string, CacheCounts>();
  /** Requests to the instances of subgraphs that have several, by subgraph. */
  readonly #instanceCalls = new Map<string, Tally>();
  /** By subgraph. */
  readonly retries = new Tally();
  readonly compileDuration = this.registry.durations(
    'operation_compile_duration_seconds',
    'How long an operation took to be planned and compiled',
  );

  /** @param figures returns the figures of the supergraph in service */
  constructor(counts: Counts, figures: () => SupergraphFigures | undefined) {
    super(new MetricRegistry());
    this.#counts = counts;
    this.#figures = figures;
    this.#addTallies();
    this.#addCounts();
    this.#addFigures();
    this.#addInstances();
  }

  /** Returns the counts of what the fetches from a subgraph find in the cache. */
  cacheCountsOf(subgraph: string): CacheCounts {
    let counts = this.#cache.get(subgraph);
    if (!counts) {
      counts = new CacheCounts();
      this.#cache.set(subgraph, counts);
    }
    return counts;
  }

  /** Returns the counts of requests to the instances of a subgraph, by instance and outcome. */
  instanceCallsOf(subgraph: string): Tally {
    let calls = this.#instanceCalls.get(subgraph);
    if (!calls) {
      calls = new Tally();
      this.#instanceCalls.set(subgraph, calls);
    }
    return calls;
  }

  #addTallies(): void {
    const { registry } = this;
    registry.tallied('subgraph_fetches_total', 'What operations asked for', ['subgraph', 'outcome'], this.fetches);
    registry.tallied('subgraph_calls_saved_total', 'Calls that need not be made', ['subgraph', 'by'], this.saved);
    this.#addCacheCounts('lookups', 'Entities and root fetches that were looked for in the cache');
    this.#addCacheCounts('fetches', 'Fetches by what they found in the cache');
    registry.tallied('subgraph_retries_total', 'Calls that were made once more', ['subgraph'], this.retries);
  }

  #addCounts(): void {
    const { registry } = this;
    const { refusals, operations, reloads } = this.#counts;
    registry.counter('refusals_total', 'How often a rule was broken', ['rule', 'outcome'], (counter) => {
      for (const { rule, outcome, count } of refusals.all()) counter.inc({ rule, outcome }, count);
    });
    registry.counter('operation_cache_hits_total', 'Operations that were compiled already', [], (counter) => {
      counter.inc(operations.hits);
    });
    registry.counter('operation_cache_misses_total', 'Operations that had to be compiled', [], (counter) => {
      counter.inc(operations.misses);
    });
    registry.counter(
      'unsupported_operations_total',
      'Operations refused because they have no query plan',
      [],
      (counter) => {
        counter.inc(operations.unsupported);
      },
    );
    registry.counter(
      'supergraph_reloads_total',
      'Changes of the supergraph or its settings',
      ['outcome'],
      (counter) => {
        counter.inc({ outcome: 'accepted' }, reloads.accepted);
        counter.inc({ outcome: 'refused' }, reloads.refused);
      },
    );
  }

  #addFigures(): void {
    const { registry } = this;
    const figures = this.#figures;
    registry.gauge('operation_cache_size', 'Operations that are compiled now', () => figures()?.compiledOperations);
    registry.gauges(
      'redis_up',
      '1 if Redis answers, by what it is used for; in every process',
      ['use'],
      (gauge) => {
        for (const { use, isUp } of redisStates) gauge.set({ use }, isUp ? 1 : 0);
      },
      'min',
    );
    registry.gauges('response_cache_size', 'Answers of subgraphs that are stored now', SHARE, (gauge) => {
      for (const { subgraph, type, size } of this.#shares) gauge.inc({ subgraph, type }, size);
    });
    registry.gauges('response_cache_bytes', 'Memory that they take', SHARE, (gauge) => {
      for (const { subgraph, type, bytes } of this.#shares) gauge.inc({ subgraph, type }, bytes);
    });
    registry.counter('response_cache_evictions_total', 'Stored answers that made room for others', SHARE, (counter) => {
      for (const { subgraph, type, evictions } of this.#shares) counter.inc({ subgraph, type }, evictions);
    });
    registry.gauges(
      'subgraph_circuit_breaker_state',
      '1 for the state that it is in, in any process',
      ['subgraph', 'state'],
      (gauge) => {
        for (const [subgraph, current] of figures()?.breakers() ?? []) {
          for (const state of BREAKER_STATES) gauge.set({ subgraph, state }, state === current ? 1 : 0);
        }
      },
      'max',
    );
  }

  #addInstances(): void {
    const { registry } = this;
    const labels = ['subgraph', 'instance'] as const;
    registry.counter(
      'subgraph_instance_calls_total',
      'Requests to each instance of a subgraph that has several',
      [...labels, 'outcome'],
      (counter) => {
        for (const [subgraph, calls] of this.#instanceCalls) {
          for (const [instance, outcome, count] of calls.all()) counter.inc({ subgraph, instance, outcome }, count);
        }
      },
    );
    registry.gauges('subgraph_instance_left_out', '1 while an instance gets no calls', labels, (gauge) => {
      for (const [subgraph, instance, isIn] of this.#figures()?.instances() ?? []) {
        gauge.set({ subgraph, instance }, isIn ? 0 : 1);
      }
    });
  }

  /** Share of the cache that each type of each subgraph takes. */
  get #shares(): Iterable<CacheShare> {
    return this.#figures()?.cache?.shares ?? [];
  }

  #addCacheCounts(name: keyof CacheCounts, help: string): void {
    const labels = ['subgraph', 'type', 'result'] as const;
    this.registry.counter(`response_cache_${name}_total`, help, labels, (counter) => {
      for (const [subgraph, counts] of this.#cache) {
        for (const [type, result, count] of counts[name].all()) counter.inc({ subgraph, type, result }, count);
      }
    });
  }
}
