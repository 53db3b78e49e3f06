import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readUsesInRedis } from '@lockstep/gateway/telemetry/usage/uses-in-redis.ts';
import { serveGreetings } from '../calls/greetings.ts';
import { ask, codesOf } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { start } from '../harness/graph.ts';
import { freePort } from '../harness/ports.ts';
import { startRedis, tellRedis, withoutRedis } from '../harness/redis.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { scrape } from '../telemetry/scrape.ts';

const skip = withoutRedis;
const port = await freePort();
const redisUrl = `redis://127.0.0.1:${port}`;
const CAPACITY = 3;

const { url: greetings } = await serveGreetings({ after }, {});
const { supergraph } = await copySupergraph({ after });
const settings = codeBlock('docs/configuration.md', 'shared-state')
  .replaceAll('redis://127.0.0.1:6379', redisUrl)
  .replace('telemetry:', 'telemetry:\n    metrics: { prometheus: /metrics }');
await replace(
  supergraph,
  `subgraphs:
  greetings:
    routing_url: ${greetings}
    schema: { sdl: "type Query { hello: String }" }
${settings}
  limits: { max_aliases: 5 }
  traffic_shaping:
    rate_limit: { capacity: ${CAPACITY}, interval: 1m, key: { header: x-client }, redis: { url: "${redisUrl}" } }
`,
);
const gateways = await Promise.all([0, 1].map(() => start({ after }, 'gateway', { SUPERGRAPH_FILE: supergraph })));
const [one = '', other = ''] = gateways.map(({ url }) => url);

/** Sends a request by a client of its own, unless one is given. Returns the code of its first error, or `fine`. */
async function send(url: string, query: string, hash?: string, client: string = randomUUID()): Promise<unknown> {
  const extensions = hash === undefined ? {} : { persistedQuery: { version: 1, sha256Hash: hash } };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-client': client },
    body: JSON.stringify({ ...(query && { query }), extensions }),
  });
  const { errors } = JSON.parse(await response.text());
  return errors?.[0]?.extensions?.code ?? 'fine';
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const NOT_FOUND = 'PERSISTED_QUERY_NOT_FOUND';
let documents = 0;

/** Returns the text of a document that no gateway knows, and its hash. */
function newDocument() {
  documents += 1;
  const query = `query Q${documents} { hello }`;
  return { query, hash: hashOf(query) };
}

/** Registers a document with one gateway. Resolves with its hash once the other knows it too. */
async function registerForBoth(): Promise<string> {
  const { query, hash } = newDocument();
  assert.equal(await send(one, query, hash), 'fine');
  await until(
    () => send(other, '', hash),
    (code) => code === 'fine',
  );
  return hash;
}

/** Resolves once a scrape of each gateway says that Redis is up, or that it is not, for each use. */
async function isUp(expected: 0 | 1, uses = ['apq', 'rate_limit', 'field_usage']): Promise<void> {
  for (const url of [one, other]) {
    await until(
      async () => {
        const samples = await scrape(url);
        await send(url, '', newDocument().hash);
        return uses.map((use) => samples.get(`lockstep_redis_up{use="${use}"}`));
      },
      (values) => values.every((value) => value === expected),
    );
  }
}

const warnings = () =>
  gateways.map(
    ({ logs }) => logs.filter(({ level, msg }) => level === 'warn' && /Redis.*(known|counts)/.test(msg)).length,
  );

test('without Redis each gateway serves and limits by itself', async () => {
  await isUp(0);
  const { query, hash } = newDocument();
  assert.equal(await send(one, query, hash), 'fine');
  assert.deepEqual([await send(one, '', hash), await send(other, '', hash)], ['fine', NOT_FOUND]);
  const seen = [];
  for (const url of [one, one, one, one, other]) seen.push(await send(url, '{ hello }', undefined, 'alone'));
  assert.deepEqual(seen, ['fine', 'fine', 'fine', 'RATE_LIMITED', 'fine']);
  assert.deepEqual(warnings(), [2, 2], 'an outage is logged once for each use');
});

test('a document that is registered with one gateway is known to the other, and limits hold together', {
  skip,
}, async (t) => {
  const redis = await startRedis(t, port);
  await isUp(1);
  const hash = await registerForBoth();
  const ttl = await tellRedis(port, `pttl lockstep:apq:${hash}`);
  assert.ok(Number(ttl.slice(1)) > 23 * 3_600_000 && Number(ttl.slice(1)) <= 24 * 3_600_000, ttl);

  const seen = [];
  for (const url of [one, other, one, other]) seen.push(await send(url, '{ hello }', undefined, 'both'));
  assert.deepEqual(seen, ['fine', 'fine', 'fine', 'RATE_LIMITED']);

  await tellRedis(port, 'flushall');
  assert.equal(await send(other, '{ hello }', undefined, 'both'), 'fine', 'counts begin anew');
  assert.equal(await send(other, '', hash), 'fine', 'it has kept what it found');
  const forgotten = newDocument();
  assert.equal(await send(one, forgotten.query, forgotten.hash), 'fine');
  await until(
    () => tellRedis(port, `unlink lockstep:apq:${forgotten.hash}`),
    (reply) => reply === ':1\r\n',
  );
  assert.equal(await send(other, '', forgotten.hash), NOT_FOUND);
  await redis.stop();
  await isUp(0);
});

test('takes from Redis no document that it would refuse, that is another one, or too long', { skip }, async (t) => {
  const redis = await startRedis(t, port);
  await isUp(1);
  const store = (hash: string, text: string, rest: number) => {
    const script = `redis.call('set', KEYS[1], ARGV[1] .. string.rep('x', ${rest})) return redis.status_reply('OK')`;
    return tellRedis(port, `eval "${script}" 1 lockstep:apq:${hash} "${text}"`);
  };
  const costly = `{ ${Array.from({ length: 6 }, (_, n) => `a${n}: hello`).join(' ')} }`;
  const long = `{ hello } #${'x'.repeat(300_000)}`;
  for (const [hash, text, rest] of [
    [hashOf(costly), costly, 0],
    [hashOf('{ other: hello }'), '{ hello }', 0],
    [hashOf('not GraphQL'), 'not GraphQL', 0],
    [hashOf(long), '{ hello } #', 300_000],
  ] as const) {
    assert.equal(await store(hash, text, rest), '+OK\r\n');
    assert.notEqual(await send(other, '', hash), 'fine', text.slice(0, 40));
  }
  assert.equal(await send(other, costly, hashOf(costly)), 'OPERATION_LIMIT_EXCEEDED');
  assert.equal(await send(other, '', 'lockstep:requests:both'), NOT_FOUND);
  await redis.stop();
  await isUp(0);
});

/** Registers a new document with a gateway, and uses it. */
async function registerDocument(url: string): Promise<void> {
  const { query, hash } = newDocument();
  const codes = [await send(url, '', hash), await send(url, query, hash), await send(url, '', hash)];
  assert.deepEqual(codes, [NOT_FOUND, 'fine', 'fine']);
}

test('a Redis that hangs costs one wait and no request, is logged once, and is taken up again', { skip }, async (t) => {
  const redis = await startRedis(t, port);
  await isUp(1);
  const before = warnings();
  redis.signal('SIGSTOP');
  t.after(() => redis.signal('SIGCONT'));
  const startedAt = performance.now();
  for (let turn = 0; turn < 20; turn += 1) {
    await registerDocument(one);
  }
  assert.ok(performance.now() - startedAt < 5000, '60 requests waited for Redis');
  await isUp(0);
  redis.signal('SIGCONT');
  await isUp(1);
  await registerForBoth();
  assert.deepEqual(
    warnings().map((count, index) => count - (before[index] ?? 0)),
    [2, 2],
  );
  await redis.stop();
  await isUp(0);
});

test('a Redis whose memory is full costs no request, and is logged once', { skip }, async (t) => {
  const redis = await startRedis(t, port);
  await isUp(1);
  const before = warnings();
  await tellRedis(port, 'config set maxmemory 1');
  for (const end = performance.now() + 2500; performance.now() < end; ) {
    await registerDocument(one);
    await delay(100);
  }
  const samples = await scrape(one);
  const shown = ['apq', 'rate_limit'].map((use) => samples.get(`lockstep_redis_up{use="${use}"}`));
  assert.deepEqual([shown, (warnings()[0] ?? 0) - (before[0] ?? 0)], [[0, 0], 2]);
  await redis.stop();
  await isUp(0);
});

test('the uses of the schema are added up for both gateways, and are written as they stop', { skip }, async (t) => {
  await startRedis(t, port);
  await isUp(1);
  for (const url of [one, one, other]) {
    const headers = { 'x-client': randomUUID(), 'apollographql-client-name': 'shop' };
    assert.deepEqual(codesOf(await ask(url, 'query Counted { hello }', {}, headers)), []);
  }
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  const recorded = await readUsesInRedis({ url: redisUrl, namespace: 'lockstep' });
  const counted = recorded.of((used) => used === 'Query.hello', 1).filter(({ client }) => client === 'shop');
  assert.deepEqual(
    counted.map(({ operation, count }) => [operation, count]),
    [['Counted', 3]],
  );
});
