import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Afterwards } from './graph.ts';
import { freePort } from './ports.ts';
import { ROOT, type RunningProcess, startProcess } from './process.ts';

/** The subgraphs that the project has. */
export const SUBGRAPHS: readonly string[] = readdirSync(join(ROOT, 'subgraphs')).sort();

/** What the processes of a test show each other. */
export const SECRET = 'a secret for this test only';

/** A process that is sent what it must withstand, by whoever may talk to it. */
export interface Target {
  /** `gateway`, or the name of a subgraph. */
  readonly name: string;
  /** The name of a root field that gives a list, and takes `first`. */
  readonly list: string;
  readonly process: RunningProcess;
  /** What its callers send with every request: those of a subgraph, the secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Starts the gateway and every subgraph, as one graph in production mode, and ends them after the test. */
export async function startTargets(t: Afterwards, variables: Record<string, string> = {}): Promise<Target[]> {
  const env = { NODE_ENV: 'production', SUBGRAPH_SECRET: SECRET, ...(await addresses()), ...variables };
  const launch = async (folder: string, target: Omit<Target, 'process'>): Promise<Target> => {
    const process = await startProcess(folder, env);
    t.after(() => process.stop('SIGKILL')); // one that an attack holds would not end otherwise
    return { ...target, process };
  };
  const [first = ''] = SUBGRAPHS;
  return Promise.all([
    launch('gateway', { name: 'gateway', list: first, headers: {} }),
    ...SUBGRAPHS.map((name) =>
      launch(`subgraphs/${name}`, { name, list: name, headers: { 'x-subgraph-secret': SECRET } }),
    ),
  ]);
}

/** Where each subgraph is, known before it runs: they call each other. Its database is nowhere. */
async function addresses(): Promise<Record<string, string>> {
  const env: Record<string, string> = { GATEWAY_PORT: '0' };
  for (const name of SUBGRAPHS.map((name) => name.toUpperCase())) {
    const port = await freePort();
    env[`${name}_PORT`] = String(port);
    env[`${name}_URL`] = `http://127.0.0.1:${port}/graphql`;
    env[`${name}_DATABASE`] = ':memory:';
  }
  return env;
}

/** Whoever takes longer is held by what it was sent. */
const ANSWERED_WITHIN_MS = 20_000;

/** Sends a request, with what the target's callers have. */
export function send(target: Target, init: RequestInit = {}, search = ''): Promise<Response> {
  const headers = { ...target.headers, ...Object.fromEntries(new Headers(init.headers)) };
  const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
  return fetch(`${target.process.url}${search}`, { signal, ...init, headers });
}

/** Sends a body that is JSON. */
export function sendJson(target: Target, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return send(target, { ...init, body: JSON.stringify(body) });
}
