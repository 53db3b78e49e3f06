import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../harness/full-count.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { replace } from '../harness/supergraph-files.ts';
import { wideSchemas } from './wide-schemas.ts';

// Run by itself: the gateway composes on one processor while it serves on the other.

const [SUBGRAPHS, TYPES] = [times(50, 8), times(60, 20)];
const USUAL_MS = times(5000, 1500);
const LATER_AT_MOST_MS = 50;
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
const gateway = await start({ after }, 'gateway', { SUPERGRAPH_FILE: supergraph, NODE_ENV: 'production' });
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
  readonly live: number[];
  readonly known: number[];
}

/** Asks again and again until something has happened. */
async function timesUntil(happened: Promise<unknown>): Promise<Times> {
  const measured: Times = { live: [], known: [] };
  let isOver = false;
  happened.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  while (!isOver) {
    const live = timeOf('/health/live', undefined, /^/);
    const known = timeOf('/graphql', KNOWN, /^\{"data":\{"known0":1\}\}$/m);
    measured.live.push(await live);
    measured.known.push(await known);
    await delay(5);
  }
  await happened;
  return measured;
}

function p99(measured: readonly number[]): number {
  return measured.toSorted((a, b) => a - b)[Math.floor(measured.length * 0.99)] ?? Number.NaN;
}

test('composes a changed schema while health checks and known operations are answered as usual', async (t) => {
  await timesUntil(delay(500)); // warm
  const usual = await timesUntil(delay(USUAL_MS));
  const [changed] = wideSchemas(SUBGRAPHS, TYPES, 1);
  assert.ok(changed);
  const adopted = gateway.logged(({ msg }) => msg.startsWith('the graph has changed'));
  await replace(fileOf(changed.name), changed.sdl);
  const meanwhile = await timesUntil(adopted.then(() => delay(200)));
  for (const kind of ['live', 'known'] as const) {
    const [before, now] = [p99(usual[kind]), p99(meanwhile[kind])];
    t.diagnostic(
      `${kind}: p99 ${before.toFixed(1)} ms, ${now.toFixed(1)} ms during the change (${meanwhile[kind].length})`,
    );
    assert.ok(now < before + LATER_AT_MOST_MS, `${kind}: ${now} ms, usually ${before} ms`);
  }
});
