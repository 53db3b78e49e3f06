import type { ServerResponse } from 'node:http';
import { NO_SNIFFING } from '@lockstep/runtime/http/server/security-headers.ts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { CacheCounts, type CacheShare } from './cache-counts.ts';
import type { RejectionCounts } from './rejection-counts.ts';
import { Durations, Tally } from './tally.ts';

/** Counts of requests: for operations that were compiled already, that were not, and that can't be executed. */
export interface OperationCounts {
  hits: number;
  misses: number;
  unsupported: number;
}

/** Counts that are kept whether or not metrics are on. */
export interface Counts {
  readonly refusals: RejectionCounts;
  readonly operations: OperationCounts;
  readonly reloads: { accepted: number; refused: number };
}

/** Phase of a circuit breaker: all calls pass, none do, or one does as a probe. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Figures of the response cache. */
export interface CacheFigures {
  readonly shares: Iterable<CacheShare>;
}

/** Metrics of the supergraph that is served. */
export interface SupergraphFigures {
  readonly compiledOperations: number;
  /** Yields the state of each circuit breaker. */
  breakers(): Iterable<readonly [subgraph: string, state: BreakerState]>;
  /** Undefined if nothing is cached. */
  readonly cache: CacheFigures | undefined;
}

const BREAKER_STATES: readonly BreakerState[] = ['closed', 'open', 'half-open'];

/** Histogram buckets in seconds: a request takes one or two milliseconds, and the default deadline is ten seconds. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Prometheus metrics of this process. No label contains text from clients, so the configuration limits the number of series:
 * https://prometheus.io/docs/practices/naming/#labels
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counts: Counts;
  readonly #figures: () => SupergraphFigures | undefined;
  /** Requests by status and outcome. */
  readonly requests = new Tally();
  /** Fetches by subgraph and outcome. */
  readonly fetches = new Tally();
  /** Calls by subgraph and status of the response. */
  readonly calls = new Tally();
  /** Saved calls by subgraph and mechanism. */
  readonly saved = new Tally();
  /** What fetches found in the cache, by subgraph. */
  readonly #cache = new Map<string, CacheCounts>();
  /** By subgraph. */
  readonly retries = new Tally();
  readonly requestDuration = this.#durations('request_duration_seconds', 'How long requests took');
  readonly callDuration = this.#durations('subgraph_call_duration_seconds', 'How long calls took', 'subgraph');
  readonly compileDuration = this.#durations(
    'operation_compile_duration_seconds',
    'How long an operation took to be planned and compiled',
  );
  underWay = 0;

  /** @param figures returns the figures of the supergraph in service */
  constructor(counts: Counts, figures: () => SupergraphFigures | undefined) {
    this.#counts = counts;
    this.#figures = figures;
    // Processes of a pm2 cluster share an address, so each scrape reaches one of them. `pid` distinguishes their series.
    this.#registry.setDefaultLabels({ pid: String(process.pid) });
    collectDefaultMetrics({ register: this.#registry });
    this.#addTallies();
    this.#addCounts();
    this.#addFigures();
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

  /** Responds to a scrape. */
  async answer(response: ServerResponse): Promise<void> {
    const text = await this.#registry.metrics();
    const headers = { ...NO_SNIFFING, 'content-type': this.#registry.contentType, 'cache-control': 'no-store' };
    response.writeHead(200, headers).end(text);
  }

  #addTallies(): void {
    this.#tallied('requests_total', 'Requests that were answered, or left', ['status', 'outcome'], this.requests);
    this.#tallied('subgraph_fetches_total', 'What operations asked for', ['subgraph', 'outcome'], this.fetches);
    this.#tallied('subgraph_calls_total', 'Calls that were made, retries too', ['subgraph', 'status'], this.calls);
    this.#tallied('subgraph_calls_saved_total', 'Calls that need not be made', ['subgraph', 'by'], this.saved);
    this.#addCacheCounts('lookups', 'Entities and root fetches that were looked for in the cache');
    this.#addCacheCounts('fetches', 'Fetches by what they found in the cache');
    this.#collected('subgraph_retries_total', 'Calls that were made once more', ['subgraph'], (counter) => {
      for (const [subgraph, , count] of this.retries.all()) counter.inc({ subgraph }, count);
    });
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
    this.#collected(
      'unsupported_operations_total',
      'Operations refused because they have no query plan',
      [],
      (counter) => {
        counter.inc(operations.unsupported);
      },
    );
    this.#collected('supergraph_reloads_total', 'Changes of the supergraph or its settings', ['outcome'], (counter) => {
      counter.inc({ outcome: 'accepted' }, reloads.accepted);
      counter.inc({ outcome: 'refused' }, reloads.refused);
    });
  }

  #addFigures(): void {
    const figures = this.#figures;
    this.#gauge('requests_under_way', 'Requests that are being answered', () => this.underWay);
    this.#gauge('operation_cache_size', 'Operations that are compiled now', () => figures()?.compiledOperations);
    this.#addShares(Gauge, 'size', 'Answers of subgraphs that are stored now', ({ size }) => size);
    this.#addShares(Gauge, 'bytes', 'Memory that they take', ({ bytes }) => bytes);
    this.#addShares(
      Counter,
      'evictions_total',
      'Stored answers that made room for others',
      ({ evictions }) => evictions,
    );
    new Gauge({
      name: 'lockstep_subgraph_circuit_breaker_state',
      help: '1 for the state that it is in',
      labelNames: ['subgraph', 'state'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [subgraph, current] of figures()?.breakers() ?? []) {
          for (const state of BREAKER_STATES) this.set({ subgraph, state }, state === current ? 1 : 0);
        }
      },
    });
  }

  #addCacheCounts(name: keyof CacheCounts, help: string): void {
    this.#collected(`response_cache_${name}_total`, help, ['subgraph', 'type', 'result'], (counter) => {
      for (const [subgraph, counts] of this.#cache) {
        for (const [type, result, count] of counts[name].all()) counter.inc({ subgraph, type, result }, count);
      }
    });
  }

  /** Registers a metric of what each type of each subgraph takes of the cache. */
  #addShares(
    Metric: typeof Gauge<'subgraph' | 'type'> | typeof Counter<'subgraph' | 'type'>,
    name: string,
    help: string,
    read: (share: CacheShare) => number,
  ): void {
    const figures = this.#figures;
    new Metric({
      name: `lockstep_response_cache_${name}`,
      help,
      labelNames: ['subgraph', 'type'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const share of figures()?.cache?.shares ?? []) {
          this.inc({ subgraph: share.subgraph, type: share.type }, read(share));
        }
      },
    });
  }

  /** Registers a gauge that is read at each scrape; 0 if there is nothing to read. */
  #gauge(name: string, help: string, read: () => number | undefined): void {
    new Gauge({
      name: `lockstep_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read() ?? 0);
      },
    });
  }

  /** Registers a counter whose value is kept elsewhere and read at each scrape. */
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

  #tallied<First extends string, Second extends string>(
    name: string,
    help: string,
    [first, second]: readonly [First, Second],
    tally: Tally,
  ): void {
    this.#collected(name, help, [first, second], (counter: Counter<string>) => {
      for (const [one, other, count] of tally.all()) counter.inc({ [first]: one, [second]: other }, count);
    });
  }

  #durations(name: string, help: string, label?: string): Durations {
    const histogram = new Histogram<string>({
      name: `lockstep_${name}`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
      buckets: DURATIONS,
      collect: () => durations.handOn(),
    });
    const durations = new Durations((value, seconds) =>
      label === undefined ? histogram.observe(seconds) : histogram.observe({ [label]: value }, seconds),
    );
    return durations;
  }
}
