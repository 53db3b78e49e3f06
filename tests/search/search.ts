import { Random } from '@lockstep/gateway/operations/testing/random.ts';
import { checkDocument } from '@lockstep/runtime/graphql/document-check.ts';
import { parse, validate } from 'graphql';
import { entranceOf, type Finding, measure, measureKept, unknown } from './findings.ts';
import type { Entrance, StartGraph } from './graphs/searched-graph.ts';
import { bytesOf, type Document, type Operation, printDocument } from './operations/document.ts';
import { Mutations } from './operations/mutations.ts';
import { parseDocument } from './operations/parsed-document.ts';
import { Population } from './population.ts';
import { type Attack, attack } from './processes/attack.ts';
import { ServedGraph } from './served-graph.ts';

const MAX_BYTES = 1024;
/** Number of documents after which an aim without a better one starts anew. */
const PATIENCE = 250;
/** Fixed costs of a request would favour the smallest operations, so that many bytes count as given. */
const GIVEN_BYTES = 1024;
const INVALID_CHANCE = 0.02;

const METRICS = ['blocked', 'cpu', 'memory', 'output'] as const;

export interface SearchOptions {
  readonly graph: string;
  readonly entrance: string;
  readonly seed: number;
  readonly seconds: number;
  /** Operations to begin with, besides random ones. */
  readonly known?: readonly Operation[];
  readonly onFinding: (finding: Finding, metric: string) => void;
}

/** Result of a search. */
export interface Searched {
  readonly operations: number;
  readonly findings: readonly Finding[];
}

/** Climbs towards the operations that take the most of each process, by byte. */
export class Search {
  readonly #options: SearchOptions;
  readonly #served: ServedGraph;
  readonly #random: Random;
  readonly #populations = new Map<string, Population>();
  #operations = 0;
  readonly #findings: Finding[] = [];

  constructor(start: StartGraph, options: SearchOptions) {
    this.#served = new ServedGraph(start);
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async run(): Promise<Searched> {
    const { seconds, entrance: name, known = [] } = this.#options;
    const deadline = performance.now() + seconds * 1000;
    const { schema, reaches } = entranceOf(await this.#served.get(), name);
    const mutations = new Mutations(this.#random, schema);
    for (const process of reaches)
      for (const metric of METRICS) this.#populations.set(`${process} ${metric}`, new Population(this.#random));
    for (const operation of known) await this.#try(parseDocument(operation), operation);
    while (performance.now() < deadline) {
      const document = this.#next(mutations);
      const operation = printDocument(document);
      if (this.#isFit(operation, schema)) await this.#try(document, operation);
      await this.#restartStale();
    }
    for (const key of this.#populations.keys()) await this.#report(key);
    await this.#served.stop();
    return { operations: this.#operations, findings: this.#findings };
  }

  #next(mutations: Mutations): Document {
    const population = this.#random.pick([...this.#populations.values()]);
    const parent = this.#random.chance(0.1) ? undefined : population.pick();
    if (!parent) return mutations.random();
    return mutations.mutate(parent, this.#random.pick([...this.#populations.values()]).pick() ?? parent);
  }

  #isFit(operation: Operation, schema: Entrance['schema']): boolean {
    if (bytesOf(operation) > MAX_BYTES) return false;
    try {
      checkDocument(operation.query, { maxTokens: 15_000 });
    } catch {
      return this.#random.chance(INVALID_CHANCE); // too expensive to validate here
    }
    return validate(schema, parse(operation.query)).length === 0 || this.#random.chance(INVALID_CHANCE);
  }

  async #try(document: Document, operation: Operation): Promise<void> {
    const runs = await this.#attackTwice(operation);
    if (runs.some(({ isBroken }) => isBroken)) await this.#served.stop();
    let scores = scoresOf(runs, operation);
    // What would lead is measured again, because a garbage collection or another process's load can be in a figure.
    if (
      [...scores].some(([key, score]) => this.#populations.get(key)?.wouldLead(score)) &&
      !runs.some(({ isBroken }) => isBroken)
    ) {
      const again = scoresOf(await this.#attackTwice(operation), operation);
      scores = new Map([...scores].map(([key, score]) => [key, Math.min(score, again.get(key) ?? 0)]));
    }
    for (const [key, score] of scores) this.#populations.get(key)?.add(document, score);
  }

  async #attackTwice(operation: Operation): Promise<Attack[]> {
    const graph = await this.#served.get();
    const entrance = entranceOf(graph, this.#options.entrance);
    const copy = unknown(operation);
    this.#operations += 1;
    const first = await attack(graph, entrance, copy);
    return first.isBroken ? [first] : [first, await attack(graph, entrance, copy)];
  }

  async #restartStale(): Promise<void> {
    for (const [key, population] of this.#populations) {
      if (population.sinceBest < PATIENCE) continue;
      await this.#report(key);
      population.restart();
    }
  }

  /** Measures the best document of an aim. */
  async #report(key: string): Promise<void> {
    const best = this.#populations.get(key)?.best;
    if (!best) return;
    const { graph, entrance, onFinding } = this.#options;
    const operation = printDocument(best.document);
    const [process, metric = ''] = key.split(' ');
    const attempt = { graph, entrance, operation };
    const measured = await measure(attempt, this.#served);
    const kept = metric === 'memory' ? await measureKept(attempt, this.#served) : undefined;
    for (const figures of measured) {
      const finding = { ...figures, keptMb: kept?.get(figures.process) };
      this.#findings.push(finding);
      if (finding.process === process) onFinding(finding, metric);
    }
  }
}

/** Returns the scores of an operation by process and metric. */
function scoresOf(runs: readonly Attack[], operation: Operation): Map<string, number> {
  const bytes = bytesOf(operation) + GIVEN_BYTES;
  const scores = new Map<string, number>();
  for (const { readings, outputBytes } of runs) {
    for (const [process, { blockedCpuMs, processMs, peakMb }] of readings) {
      const figures = { blocked: blockedCpuMs, cpu: processMs, memory: peakMb, output: outputBytes / 1000 };
      for (const metric of METRICS) {
        const key = `${process} ${metric}`;
        scores.set(key, Math.max(scores.get(key) ?? 0, figures[metric] / bytes));
      }
    }
  }
  return scores;
}
