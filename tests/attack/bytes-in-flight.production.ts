import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../harness/full-count.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { residentMb } from '../harness/memory.ts';
import { ROOT } from '../harness/process.ts';
import { readJson } from '../harness/sources.ts';
import { SECRET, type Target } from '../harness/targets.ts';
import { until } from '../harness/waiting.ts';

// Clients that hold back the end of a body or don't read an answer, and subgraphs with huge replies: memory grows by the budget
// only, and others are served.

const CLIENTS = times(1000, 40);
const BUDGET_MB = times(200, 64);
const ANSWER_MB = times(10, 4);
/** Memory of the process besides the budget: its sockets, and garbage that is not collected yet. */
const MAX_SLACK_MB = 120;
const MB = 1024 * 1024;
/** The largest file of GraphiQL, 2.7 MB. */
const LARGEST_FILE = await largestFile();
/** Part of a heap's limit that is for young objects. */
const YOUNG_MB = 192;

/** Replies by the field that a call asks for. */
const REPLIES: readonly [RegExp, Buffer][] = [
  [/small/, Buffer.from('{"data":{"small":"x"}}')],
  [/large/, Buffer.from(`{"data":{"large":"${'x'.repeat(ANSWER_MB * MB)}"}}`)],
  [/huge/, Buffer.from(`{"data":{"huge":"${'x'.repeat(63 * MB)}"}}`)],
];
const subgraph = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  const [, reply] = REPLIES.find(([field]) => field.test(body)) ?? [];
  response.writeHead(200, { 'content-type': 'application/json' }).end(reply);
});
await once(subgraph.listen(0, '127.0.0.1'), 'listening');
after(() => subgraph.close().closeAllConnections());
const file = join(await temporaryFolder({ after }), 'supergraph.yaml');
const sdl = 'type Query { small(a: Int): String large(a: Int): String huge(a: Int): String }';
await writeFile(
  file,
  `subgraphs: { texts: { routing_url: "http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/graphql", schema: { sdl: "${sdl}" } } }
gateway: { traffic_shaping: { timeout: 30s }, limits: { max_bytes: 64mb, http_max_bytes_in_flight: ${BUDGET_MB}mb } }
`,
);
const [gateway, users] = await Promise.all([
  start({ after }, 'gateway', { SUPERGRAPH_FILE: file }),
  // the budget is a quarter of its heap's limit
  start({ after }, 'subgraphs/users', {
    USERS_DATABASE: ':memory:',
    NODE_OPTIONS: `--max-old-space-size=${4 * BUDGET_MB - YOUNG_MB}`,
  }),
]);
const targets: Target[] = [
  { name: 'gateway', list: 'small', process: gateway, headers: {} },
  { name: 'users', list: 'users { id }', process: users, headers: { 'x-subgraph-secret': SECRET } },
];

for (const target of targets) {
  test(`${target.name} holds no more bodies than its budget while ${CLIENTS} clients hold back their last byte`, async (t) => {
    await attack(t, target, /^HTTP\/1.1 503 /, () => {
      const text = `{"query":"{__typename}","variables":{"a":"${'x'.repeat(2 * MB - 100)}"}}`;
      return head(target, text.length) + text.slice(0, -1);
    });
  });
}

test(`holds no more answers than its budget while ${CLIENTS} clients don't read ${ANSWER_MB} MB`, async (t) => {
  const [target] = targets;
  assert.ok(target);
  await attack(t, target, /"large":"xxx/, (index) => {
    const text = JSON.stringify({ query: `{ large(a: ${index}) }` });
    return head(target, text.length) + text;
  });
});

test(`holds one copy of GraphiQL for ${CLIENTS} clients that don't read it`, async (t) => {
  const [target] = targets;
  assert.ok(target);
  const headers = { 'accept-encoding': 'identity' };
  await (await fetch(new URL(LARGEST_FILE, gateway.url), { headers })).text();
  await attack(t, target, /^HTTP\/1.1 200 /, () => `GET ${LARGEST_FILE} HTTP/1.1\r\nhost: test\r\n\r\n`, 0);
});

test('holds no more replies than its budget if 31 of 63 MB come', async (t) => {
  const [target] = targets;
  assert.ok(target);
  const before = residentMb(gateway);
  const replies = Array.from({ length: 31 }, async (_, index) => {
    const { status, text } = await ask(target, `{ huge(a: ${index}) }`);
    const { data, errors } = JSON.parse(text);
    assert.deepEqual([status, data], [200, { huge: null }]);
    assert.deepEqual([errors[0].path, errors[0].extensions.code], [['huge'], 'OVERLOADED']);
  });
  let isOver = false;
  let peakMb = before;
  const watch = async () => {
    while (!isOver) {
      peakMb = Math.max(peakMb, residentMb(gateway));
      await serveOthers(target);
      await delay(10);
    }
  };
  const watching = watch();
  await Promise.all(replies);
  isOver = true;
  await watching;
  t.diagnostic(`RSS from ${before} MB to ${peakMb} MB`);
  assert.ok(peakMb - before < BUDGET_MB + MAX_SLACK_MB, `RSS from ${before} MB to ${peakMb} MB`);
});

async function largestFile(): Promise<string> {
  const installed = join(ROOT, 'node_modules', 'ruru');
  const scripts = (await readdir(join(installed, 'static'))).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(scripts.map(async (name) => (await stat(join(installed, 'static', name))).size));
  return `/graphiql/${readJson('node_modules/ruru/package.json').version}/${scripts[sizes.indexOf(Math.max(...sizes))]}`;
}

/**
 * Sends the texts over connections that don't read, and asks for something else meanwhile.
 *
 * @param expected start of the answers that some of them get
 */
async function attack(
  t: TestContext,
  target: Target,
  expected: RegExp,
  text: (index: number) => string,
  budgetMb = BUDGET_MB,
): Promise<void> {
  await serveOthers(target);
  const before = residentMb(target.process);
  const clients: Socket[] = [];
  t.after(() => clients.forEach((client) => void client.destroy()));
  let answered = 0;
  for (let index = 0; index < CLIENTS; index += 1) {
    const client = connect({ port: target.process.port, host: '127.0.0.1' }).on('error', () => {});
    clients.push(client);
    client.once('readable', () => (answered += 1));
    client.write(text(index));
    if (index % 25 === 0) await serveOthers(target);
  }
  await until(
    () => answered,
    (count) => count > 0,
  );
  for (let round = 0; round < 20; round += 1) {
    await serveOthers(target);
    await delay(50);
  }
  const during = residentMb(target.process);
  const fitting = clients.filter((client) => expected.test(String(client.read() ?? '').slice(0, 1000))).length;
  clients.forEach((client) => void client.destroy());
  t.diagnostic(`RSS from ${before} MB to ${during} MB, ${fitting} answered with ${expected.source}`);
  assert.ok(fitting > 0);
  assert.ok(during - before < budgetMb + MAX_SLACK_MB, `RSS from ${before} MB to ${during} MB`);
  await until(
    async () => (await ask(target, `{ __typename }${' '.repeat(1.5 * MB)}`)).status,
    (after) => after === 200,
  );
}

async function serveOthers(target: Target): Promise<void> {
  const { status, text } = await ask(target, `{ ${target.list} }`);
  assert.ok(status === 200 && !text.includes('errors'), text);
}

async function ask({ process: { url }, headers }: Target, query: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, text: await response.text() };
}

function head({ headers }: Target, length: number): string {
  const all = { host: 'test', 'content-type': 'application/json', ...headers, 'content-length': String(length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n`;
}
