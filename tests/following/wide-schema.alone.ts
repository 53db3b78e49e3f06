import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isFull, times } from '../harness/full-count.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { PROBE_OPTIONS, readProbe } from '../harness/probe.ts';
import { replace } from '../harness/supergraph-files.ts';
import { wideSchemas } from './wide-schemas.ts';

// Run by itself: the gateway composes on one processor while it serves on the other.

const [SUBGRAPHS, TYPES] = [times(50, 8), times(60, 20)];
const USUAL_MS = times(5000, 1500);
const LATER_AT_MOST_MS = 50;
const INTERVAL_MS = 10;

/** Other processes on the same processors delay answers too, so only the full count compares times. */
const KNOWN = JSON.stringify({ query: '{ known0 }' });
const ANSWER = '{"data":{"known0":1}}\n';

const subgraph = createServer((incoming, response) => {
  incoming.resume().on('end', () => response.setHeader('content-type', 'application/json').end(ANSWER));
});
await once(subgraph.listen(0, '127.0.0.1'), 'listening');
after(() => subgraph.close());

const folder = await temporaryFolder({ after });
const fileOf = (name: string) => join(folder, 'schemas', `${name}.graphql`);
await mkdir(join(folder, 'schemas'));
const schemas = wideSchemas(SUBGRAPHS, TYPES, 0);
await Promise.all(schemas.map(({ name, sdl }) => writeFile(fileOf(name), sdl)));
const entries = schemas.map(({ name }) => [
  name,
  { routing_url: `http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/`, schema: { file: fileOf(name) } },
]);
const supergraph = join(folder, 'supergraph.yaml');
await writeFile(supergraph, JSON.stringify({ subgraphs: Object.fromEntries(entries) }));
const gateway = await start({ after }, 'gateway', {
  SUPERGRAPH_FILE: supergraph,
  NODE_ENV: 'production',
  ...PROBE_OPTIONS,
});
const agent = new Agent({ keepAlive: true });
after(() => agent.destroy());

/** Sends a request. Resolves with the time that the answer took, which has to be the expected one. */
async function timeOf(path: string, body: string | undefined, expected: RegExp): Promise<number> {
  const sentAt = performance.now();
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = request(new URL(path, gateway.url), { method: body === undefined ? 'GET' : 'POST', agent, headers });
  sent.end(body);
  const [response] = await once(sent, 'response');
  assert.match(await text(response), expected);
  assert.equal(response.statusCode, 200);
  return performance.now() - sentAt;
}

interface Times {
  readonly live: readonly number[];
  readonly known: readonly number[];
}

/** Asks at a fixed rate until something has happened, whether or not the answers come: so a pause delays many of them. */
async function timesUntil(happened: Promise<unknown>): Promise<Times> {
  const live: Promise<number>[] = [];
  const known: Promise<number>[] = [];
  const isOver = happened.then(() => true);
  do {
    live.push(timeOf('/health/live', undefined, /^/));
    known.push(timeOf('/graphql', KNOWN, /^\{"data":\{"known0":1\}\}$/m));
  } while (!(await Promise.race([isOver, delay(INTERVAL_MS, false)])));
  return { live: await Promise.all(live), known: await Promise.all(known) };
}

function p99(measured: readonly number[]): number {
  return measured.toSorted((a, b) => a - b)[Math.floor(measured.length * 0.99)] ?? Number.NaN;
}

/** Changes the first schema, and asks meanwhile. */
async function timesOfChange(version: number): Promise<Times> {
  const [changed] = wideSchemas(SUBGRAPHS, TYPES, version);
  assert.ok(changed);
  const already = gateway.logs.length;
  const adopted = gateway.logged((line) => {
    return gateway.logs.indexOf(line) >= already && line.msg.startsWith('the graph has changed');
  });
  await replace(fileOf(changed.name), changed.sdl);
  return timesUntil(adopted.then(() => delay(200)));
}

test('composes a changed schema while health checks and known operations are answered as usual', async (t) => {
  await timesUntil(delay(500)); // warm
  const usual = await timesUntil(delay(USUAL_MS));
  await readProbe(gateway);
  const meanwhile = await timesOfChange(1);
  const { busyMs } = await readProbe(gateway);
  t.diagnostic(`a turn of the event loop took ${busyMs} ms at most`);
  assert.ok(busyMs < LATER_AT_MOST_MS, `a turn of the event loop took ${busyMs} ms`);
  for (const kind of ['live', 'known'] as const) {
    const [before, now] = [p99(usual[kind]), p99(meanwhile[kind])];
    t.diagnostic(`${kind}: p99 ${before.toFixed(1)} ms, then ${now.toFixed(1)} ms (${meanwhile[kind].length} answers)`);
    if (isFull) assert.ok(now < before + LATER_AT_MOST_MS, `${kind}: ${now} ms, usually ${before} ms`);
  }
});
