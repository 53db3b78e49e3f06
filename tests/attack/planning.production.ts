import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { temporaryFolder } from '../harness/graph.ts';
import { PROBE_OPTIONS, readProbe } from '../harness/probe.ts';
import { startProcess } from '../harness/process.ts';

// Operations that take seconds to plan, on subgraphs that share many fields: no call is made for them, so the subgraphs
// aren't there.

const BUSY_AT_MOST_MS = 50;
const TIMEOUT_MS = 150;
const ROUNDS = 5;

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const FIELDS = Array.from({ length: 9 }, (_, index) => `f${index}`);
const SCHEMAS = {
  root: `${LINK} type Query { root: T known: Int } type T @key(fields: "id") { id: ID! }`,
  ...Object.fromEntries(
    ['a', 'b', 'c'].map((name) => {
      const shared = FIELDS.map((field) => `${field}: Int @shareable`).join(' ');
      return [name, `${LINK} type T @key(fields: "id") { id: ID! ${name}: Int ${shared} }`];
    }),
  ),
};

/** Operation of 300 bytes with 19,683 plans, of which the planner weighs 10,000: 2 s. Each name makes it another one. */
function slow(name: string): string {
  const others = Array.from({ length: 18 }, (_, index) => `r${index}: root { a b c }`);
  return `query ${name} { ${others.join(' ')} root { a b c ${FIELDS.join(' ')} } }`;
}

const folder = await temporaryFolder({ after });
const file = join(folder, 'supergraph.yaml');
await writeFile(
  file,
  JSON.stringify({
    subgraphs: Object.fromEntries(
      Object.entries(SCHEMAS).map(([name, sdl]) => [name, { routing_url: 'http://127.0.0.1:9/', schema: { sdl } }]),
    ),
    gateway: { limits: { planning_timeout: `${TIMEOUT_MS}ms` }, traffic_shaping: { timeout: '60s' } },
  }),
);
const gateway = await startProcess('gateway', {
  GATEWAY_PORT: '0',
  SUPERGRAPH_FILE: file,
  ...PROBE_OPTIONS,
});
after(() => gateway.stop('SIGKILL'));

interface Answer {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfter: string | undefined;
  readonly client: string;
}

const agents = new Map<string, Agent>();
after(() => {
  for (const agent of agents.values()) agent.destroy();
});

/** Sends an operation from a local address, by which the gateway tells clients apart. */
async function ask(query: string, client = '127.0.0.1'): Promise<Answer> {
  const agent = agents.get(client) ?? new Agent({ keepAlive: true, localAddress: client, maxSockets: 200 });
  agents.set(client, agent);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(gateway.url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
  sent.on('error', reject).on('response', async (response) => {
    const code = /"code":"(\w+)"/.exec(await text(response))?.[1];
    const { statusCode: status, headers } = response;
    resolve({ status, code, retryAfter: headers['retry-after'], client });
  });
  sent.end(JSON.stringify({ query }));
  return promise;
}

const TOO_COMPLEX = { status: 400, code: 'OPERATION_TOO_COMPLEX' };

test('gives up an operation that takes too long to plan, and answers others meanwhile', async () => {
  await ask('{ __typename }');
  let busy = Number.POSITIVE_INFINITY;
  // The best of several attempts: the first of them also compiles code.
  for (let round = 0; round < ROUNDS && busy > BUSY_AT_MOST_MS; round += 1) {
    await readProbe(gateway);
    let isAnswered = false;
    const answer = ask(slow(`Round${round}`)).finally(() => (isAnswered = true));
    let others = 0;
    for (; !isAnswered; others += 1) assert.equal((await ask('{ __typename }')).status, 200);
    const { status, code } = await answer;
    assert.deepEqual({ status, code }, TOO_COMPLEX);
    assert.ok(others > 0, `${others} others were answered meanwhile`);
    busy = Math.min(busy, (await readProbe(gateway)).busyMs);
  }
  assert.ok(busy < BUSY_AT_MOST_MS, `a turn of the event loop took ${busy} ms`);
});

test('refuses an operation at once that took too long before, and logs it once', async () => {
  const before = gateway.logs.length;
  for (let count = 0; count < 3; count += 1) {
    const { status, code } = await ask(slow('Again'));
    assert.deepEqual({ status, code }, TOO_COMPLEX);
  }
  const reasons = gateway.logs.slice(before).map(({ reason, msg }) => reason ?? msg);
  assert.deepEqual(reasons, [`planning it takes more than ${TIMEOUT_MS} ms`]);
});

test('forgets the operations of a client that has left before they were planned', async () => {
  const client = '127.0.0.4';
  const agent = new Agent({ localAddress: client, maxSockets: 200 });
  const headers = { 'content-type': 'application/json' };
  const refused = Promise.withResolvers<void>();
  const flood = Array.from({ length: 105 }, (_, index) => {
    const sent = request(gateway.url, { method: 'POST', agent, headers }).on('error', () => {});
    sent.on('response', ({ statusCode }) => statusCode === 503 && refused.resolve());
    sent.end(JSON.stringify({ query: slow(`Left${index}`) }));
    return sent;
  });
  await refused.promise; // so many wait as may
  const before = gateway.logs.length;
  flood.forEach((sent) => void sent.destroy());
  for (;;) {
    const { code } = await ask('{ root { id b } }', client);
    if (code === 'OVERLOADED') continue; // the gateway hasn't noticed yet
    assert.equal(code, 'SUBGRAPH_UNAVAILABLE'); // it was planned, and its call made
    break;
  }
  const planned = gateway.logs.slice(before).filter(({ reason }) => reason !== undefined);
  assert.ok(planned.length < 40, `${planned.length} of the flood were planned before`);
});

test('refuses a client that floods the gateway with operations to plan, and gives others their turn', async () => {
  let answered = 0;
  const flood = Array.from({ length: 120 }, (_, index) => {
    return ask(slow(`Flood${index}`), '127.0.0.2').finally(() => (answered += 1));
  });
  const isRefused = (answer: Answer) => (answer.code === 'OVERLOADED' ? answer : Promise.reject(answer));
  const { status, code, retryAfter } = await Promise.any(flood.map((asked) => asked.then(isRefused)));
  assert.deepEqual([status, code, retryAfter], [503, 'OVERLOADED', '1']);
  const other = await ask('{ root { id a } }', '127.0.0.3');
  assert.deepEqual([other.status, other.code], [200, 'SUBGRAPH_UNAVAILABLE']); // it was planned, and its call made
  assert.ok(answered < 40, `${answered} of the flood were answered before`);
  gateway.stop('SIGKILL');
  await Promise.allSettled(flood);
});
