import { setTimeout as delay } from 'node:timers/promises';
import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery } from 'graphql';
import type { ProbedProcess } from '../processes/probed-process.ts';

/** An endpoint that operations are sent to. */
export interface Entrance {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Resolves with the schema that it serves. */
  readonly schema: () => Promise<GraphQLSchema>;
  /** Processes that can work for an operation sent here, by the names of their probes. */
  readonly reaches: readonly string[];
}

/** Schemas by entrance. */
export type Schemas = ReadonlyMap<string, GraphQLSchema>;

/** A running graph whose processes are probed. */
export interface SearchedGraph {
  readonly entrances: readonly Entrance[];
  readonly processes: readonly ProbedProcess[];
  stop(): Promise<void>;
}

/** Starts a graph. One that an operation has broken is stopped and started again. */
export type StartGraph = () => Promise<SearchedGraph>;

/** Things to stop, the last one first. */
export class Scope {
  readonly #hooks: (() => unknown)[] = [];

  after(hook: () => unknown): void {
    this.#hooks.push(hook);
  }

  async end(): Promise<void> {
    for (const hook of this.#hooks.splice(0).toReversed()) await hook();
  }
}

/** Reads the schema that an endpoint serves. */
export async function introspect(url: string, headers: Readonly<Record<string, string>>): Promise<GraphQLSchema> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: getIntrospectionQuery() }),
    });
    const { data } = JSON.parse(await response.text());
    if (data) return buildClientSchema(data);
    if (attempt > 50) throw new Error(`${url} has no introspection: status ${response.status}`);
    await delay(100);
  }
}
