import type { SearchedGraph, StartGraph } from './graphs/searched-graph.ts';

/** A graph is started again once a process has written this much, because the harness keeps what processes write. */
const MAX_LOG_CHARACTERS = 50_000_000;

/** A graph that is started when it is needed, and again after an operation has broken it. */
export class ServedGraph {
  readonly #start: StartGraph;
  #graph: SearchedGraph | undefined;

  constructor(start: StartGraph) {
    this.#start = start;
  }

  async get(): Promise<SearchedGraph> {
    const isTalkative = this.#graph?.processes.some(({ process }) => process.output().length > MAX_LOG_CHARACTERS);
    if (isTalkative) await this.stop();
    this.#graph ??= await this.#start();
    return this.#graph;
  }

  async stop(): Promise<void> {
    await this.#graph?.stop();
    this.#graph = undefined;
  }
}
