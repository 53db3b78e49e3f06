import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Afterwards } from './graph.ts';
import { freePort } from './ports.ts';
import { ROOT, type RunningProcess, startProcess } from './process.ts';

/** Subgraphs of the project. */
export const SUBGRAPHS: readonly string[] = readdirSync(join(ROOT, 'subgraphs')).sort();

/** Secret that the processes of a test share. */
export const SECRET = 'a secret for this test only';

/** A process under attack by clients that can reach it. */
export interface Target {
  /** `gateway`, or the name of a subgraph. */
  readonly name: string;
  /** Name of a root field that returns a list and takes `first`. */
  readonly list: string;
  readonly process: RunningProcess;
  /** Headers of every request: the secret, if it is a subgraph. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Starts the gateway and subgraphs, every one by default, as one graph in production mode. They end with the test. */
export async function startTargets(
  t: Afterwards,
  variables: Record<string, string> = {},
  subgraphs = SUBGRAPHS,
): Promise<Target[]> {
  const env = { NODE_ENV: 'production', SUBGRAPH_SECRET: SECRET, ...(await addresses()), ...variables };
  const launch = async (folder: string, target: Omit<Target, 'process'>): Promise<Target> => {
    const process = await startProcess(folder, env);
    t.after(() => process.stop('SIGKILL')); // a process blocked by an attack would not end otherwise
    return { ...target, process };
  };
  const [first = ''] = SUBGRAPHS;
  return Promise.all([
    launch('gateway', { name: 'gateway', list: first, headers: {} }),
    ...subgraphs.map((name) =>
      launch(`subgraphs/${name}`, { name, list: name, headers: { 'x-subgraph-secret': SECRET } }),
    ),
  ]);
}

/** Resolves with the addresses of the subgraphs, which call each other, and without database files. */
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

/** Timeout after which a process counts as blocked. */
const ANSWERED_WITHIN_MS = 20_000;

/** Sends a request with the headers of the target's callers. */
export function send(target: Target, init: RequestInit = {}, search = ''): Promise<Response> {
  const headers = { ...target.headers, ...Object.fromEntries(new Headers(init.headers)) };
  const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
  return fetch(`${target.process.url}${search}`, { signal, ...init, headers });
}

/** Sends a JSON body. */
export function sendJson(target: Target, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return send(target, { ...init, body: JSON.stringify(body) });
}
