import type { Afterwards } from './graph.ts';
import { freePort } from './ports.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from './subgraphs.ts';

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
  subgraphs = SUBGRAPH_NAMES,
): Promise<Target[]> {
  const env = { NODE_ENV: 'production', SUBGRAPH_SECRET: SECRET, ...(await addresses()), ...variables };
  const launch = async (folder: string, target: Omit<Target, 'process'>): Promise<Target> => {
    const process = await startProcess(folder, env);
    t.after(() => process.stop('SIGKILL')); // a process blocked by an attack would not end otherwise
    return { ...target, process };
  };
  return Promise.all([
    launch('gateway', { name: 'gateway', list: listOf(SUBGRAPH_NAMES[0]), headers: {} }),
    ...subgraphs.map((name) =>
      launch(`subgraphs/${name}`, { name, list: listOf(name), headers: { 'x-subgraph-secret': SECRET } }),
    ),
  ]);
}

/** Returns the root field that lists a subgraph's objects: `giftCards` for `gift-cards`. */
function listOf(name = ''): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Resolves with the addresses of the subgraphs, which call each other, and without database files. */
async function addresses(): Promise<Record<string, string>> {
  const ports = new Map<string, number>();
  for (const name of SUBGRAPH_NAMES) ports.set(name, await freePort());
  return {
    GATEWAY_PORT: '0',
    ...variablesOfEach('PORT', (name) => String(ports.get(name))),
    ...variablesOfEach('URL', (name) => `http://127.0.0.1:${ports.get(name)}/graphql`),
    ...variablesOfEach('DATABASE', () => ':memory:'),
  };
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
