import { Random } from '@lockstep/gateway/operations/testing/random.ts';
import { checkDocument } from '@lockstep/runtime/graphql/document-check.ts';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { entranceOf, type Finding, findingsOf, isAboveBounds, unknown } from './findings.ts';
import { bytesOf, type Document, type Operation, printDocument } from './operations/document.ts';
import { Mutations } from './operations/mutations.ts';
import { parseDocument } from './operations/parsed-document.ts';
import { Population } from './population.ts';
import { type Attack, attack } from './processes/attack.ts';
import { replay } from './replay.ts';
import type { ServedGraph } from './served-graph.ts';

const MAX_BYTES = 1024;
/** Number of documents after which an aim without a better one starts anew. */
const PATIENCE = 1500;
/** Fixed costs of a request would favour the smallest operations, so that many bytes count as given. */
const GIVEN_BYTES = 1024;
const INVALID_CHANCE = 0.02;

const METRICS = ['blocked', 'cpu', 'memory', 'output'] as const;

export interface SearchOptions {
  readonly graph: string;
  readonly entrance: string;
  readonly seed: number;
  /** Returns true once enough operations have been tried. */
  readonly isEnough: (operations: number) => boolean;
  /** Operations to begin with, besides random ones. */
  readonly known?: readonly Operation[];
  /** Number of near-copies of the best ones that are sent to see what they leave in memory. */
  readonly copies: number;
  readonly onFinding?: (finding: Finding, metric: string) => void;
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
  /** Findings by document. */
  readonly #reported = new Map<string, readonly Finding[]>();

  constructor(served: ServedGraph, options: SearchOptions) {
    this.#served = served;
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  async run(): Promise<Searched> {
    const { entrance: name, isEnough, known = [] } = this.#options;
    const { schema: readSchema, reaches } = entranceOf(await this.#served.get(), name);
    const schema = await readSchema();
    const mutations = new Mutations(this.#random, schema);
    for (const process of reaches)
      for (const metric of METRICS) this.#populations.set(`${process} ${metric}`, new Population(this.#random));
    for (const operation of known) await this.#try(parseDocument(operation), operation);
    while (!isEnough(this.#operations)) {
      const document = this.#next(mutations);
      const operation = printDocument(document);
      if (this.#isFit(operation, schema)) await this.#try(document, operation);
      await this.#restartStale();
    }
    for (const key of this.#populations.keys()) await this.#report(key);
    return { operations: this.#operations, findings: [...this.#reported.values()].flat() };
  }

  #next(mutations: Mutations): Document {
    const population = this.#random.pick([...this.#populations.values()]);
    const parent = this.#random.chance(0.1) ? undefined : population.pick();
    if (!parent) return this.#newcomer(mutations);
    return mutations.mutate(parent, this.#random.pick([...this.#populations.values()]).pick() ?? parent);
  }

  #newcomer(mutations: Mutations): Document {
    const { known = [] } = this.#options;
    if (known.length === 0 || this.#random.chance(0.5)) return mutations.random();
    return mutations.mutate(parseDocument(this.#random.pick(known)), mutations.random());
  }

  #isFit(operation: Operation, schema: GraphQLSchema): boolean {
    if (bytesOf(operation) > MAX_BYTES) return false;
    try {
      checkDocument(operation.query, { maxTokens: 15_000 });
    } catch {
      return this.#random.chance(INVALID_CHANCE); // too expensive to validate here
    }
    return validate(schema, parse(operation.query)).length === 0 || this.#random.chance(INVALID_CHANCE);
  }

  async #try(document: Document, operation: Operation): Promise<void> {
    this.#operations += 1;
    const copy = unknown(operation);
    const first = await this.#attack(copy);
    if (!this.#isGood(first, operation)) {
      for (const population of this.#populations.values()) population.sinceBest += 1;
      return;
    }
    const second = await this.#attack(copy);
    // Measured again, because a garbage collection or another process's load can be in a figure.
    const again = await this.#attack(unknown(operation));
    const { graph, entrance } = this.#options;
    const runs = [first, again].map((attack) => [attack, second] as const);
    const findings = findingsOf({ graph, entrance, operation }, runs);
    const scores = [scoresOf([first, second], operation), scoresOf([again, second], operation)] as const;
    for (const [key, score] of scores[0]) {
      this.#populations.get(key)?.add({ document, findings }, Math.min(score, scores[1].get(key) ?? 0));
    }
  }

  /** Returns true if the attack is among the best for some aim. */
  #isGood(result: Attack, operation: Operation): boolean {
    return [...scoresOf([result], operation)].some(([key, score]) => this.#populations.get(key)?.isAmongBest(score));
  }

  async #attack(operation: Operation): Promise<Attack> {
    const graph = await this.#served.get();
    const result = await attack(graph, entranceOf(graph, this.#options.entrance), operation);
    if (result.isBroken) await this.#served.stop();
    return result;
  }

  async #restartStale(): Promise<void> {
    for (const [key, population] of this.#populations) {
      if (population.sinceBest < PATIENCE) continue;
      await this.#report(key);
      population.restart();
    }
  }

  /** Reports the best document of an aim. One above the bounds is measured again. */
  async #report(key: string): Promise<void> {
    const best = this.#populations.get(key)?.best;
    if (!best) return;
    const { graph, entrance, copies, onFinding } = this.#options;
    const operation = printDocument(best.document);
    const isReplayed = copies > 0 || best.findings.some(isAboveBounds);
    const found =
      this.#reported.get(operation.query) ??
      (isReplayed ? await replay({ graph, entrance, operation }, this.#served, copies) : best.findings);
    this.#reported.set(operation.query, found);
    const [process, metric = ''] = key.split(' ');
    for (const finding of found) if (finding.process === process) onFinding?.(finding, metric);
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
