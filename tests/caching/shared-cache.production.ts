import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../harness/graph.ts';
import { freePort } from '../harness/ports.ts';
import type { RunningProcess } from '../harness/process.ts';
import { startRedis, tellRedis, withoutRedis } from '../harness/redis.ts';
import { send, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const skip = withoutRedis;
const KEY = 'the shared key of this test';
const THING = '{ thing { name } }';
const port = await freePort();
const settings = (redis: string) => ({
  isTagged: true,
  gateway: `response_cache: { enabled: true,
    redis: { urls: ["redis://127.0.0.1:${port}"], ${redis} },
    invalidation: { path: /invalidation, shared_key: "${KEY}" } }`,
});

/** Version of the thing's name, which a mutation raises. */
let version = 1;

const SETTINGS = settings('fetch_timeout: 100ms, invalidate_timeout: 300ms');
const gateway = await startGateway({ after }, SETTINGS);
const other = await start({ after }, 'gateway', { SUPERGRAPH_FILE: `${gateway.folder}/supergraph.yaml` });
const urls = [gateway.url, other.url];
let mutation: Promise<void> | undefined;
gateway.reply = async (subgraph, { query }) => {
  const headers = { 'cache-control': 'max-age=60' };
  if (subgraph === 'names') {
    const extensions = { apolloEntityCacheTags: [['front']] };
    return { headers, body: { data: { _entities: [{ name: `version ${version}` }] }, extensions } };
  }
  if (!query.startsWith('mutation')) return { headers };
  version += 1;
  await mutation;
  return { body: { data: { rename: { __typename: 'Thing', id: '1' } } } };
};

async function nameFrom(url: string): Promise<unknown> {
  const { data, errors } = await send(url, THING);
  assert.equal(errors, undefined);
  return data.thing.name;
}

/** Resolves once what one gateway has stored comes from the cache of the other. */
async function isShared(): Promise<void> {
  await until(
    async () => {
      for (const url of urls) await nameFrom(url);
      const before = gateway.names.calls.length;
      for (const url of urls) await nameFrom(url);
      return gateway.names.calls.length - before;
    },
    (calls) => calls === 0,
  );
}

async function invalidate(url: string, what: object = { kind: 'type', subgraph: 'names', type: 'Thing' }) {
  const headers = { 'content-type': 'application/json', authorization: KEY };
  const body = JSON.stringify([what]);
  const response = await fetch(new URL('/invalidation', url), { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
}

const logs = (process: RunningProcess, text: string) => process.logged(({ msg }) => msg.startsWith(text));

test('gateways start and answer without Redis, and share what they store once it is there', { skip }, async (t) => {
  assert.equal((await invalidate(other.url)).status, 503, 'it can not tell the others');
  for (const url of urls) assert.equal(await nameFrom(url), 'version 1');
  await startRedis(t, port);
  await isShared();
  for (const process of [gateway.process, other]) await logs(process, 'Redis answers again');

  await send(gateway.url, 'mutation { rename { name } }');
  assert.equal(await nameFrom(other.url), 'version 2');
  await isShared();
  version += 1;
  assert.equal(await nameFrom(other.url), 'version 2');
  assert.deepEqual(await invalidate(gateway.url), { status: 202, body: { count: null } });
  assert.equal(await nameFrom(other.url), 'version 3');
});

test('what one gateway invalidates by a tag of a schema or of an answer is dropped for the other', {
  skip,
}, async (t) => {
  const redis = await startRedis(t, port);
  for (const tag of ['name-1', 'front']) {
    await isShared();
    const before = version;
    version += 1;
    const byTag = (cache_tag: string, subgraph = 'names') =>
      invalidate(gateway.url, { kind: 'cache_tag', subgraphs: [subgraph], cache_tag });
    for (const other of [byTag('name-2'), byTag('front-1'), byTag(tag, 'things')])
      assert.deepEqual(await other, { status: 202, body: { count: null } });
    assert.equal(await nameFrom(other.url), `version ${before}`, 'other tags, and tags of other subgraphs');
    assert.deepEqual(await byTag(tag), { status: 202, body: { count: null } });
    assert.equal(await nameFrom(other.url), `version ${version}`, tag);
  }
  await redis.stop();
});

test('no request fails and none is answered with what a mutation has changed while Redis hangs, is emptied, and killed', {
  skip,
}, async (t) => {
  let redis = await startRedis(t, port);
  await isShared();
  let isOver = false;
  const load = async () => {
    for (let sent = 0; !isOver; sent++) {
      const [first = '', second = ''] = sent % 2 ? urls : urls.toReversed();
      const { errors } = await send(first, 'mutation { rename { name } }');
      assert.equal(errors, undefined);
      for (const url of [second, first, second]) assert.equal(await nameFrom(url), `version ${version}`);
      await sleep(5);
    }
  };
  const disturb = async () => {
    for (const ms of [30, 150, 400]) {
      redis.signal('SIGSTOP');
      await sleep(ms);
      redis.signal('SIGCONT');
      await sleep(200);
      await tellRedis(port, ms < 100 ? 'CLIENT KILL TYPE normal' : 'FLUSHALL');
      await sleep(100);
    }
    await redis.stop();
    await sleep(200);
    redis = await startRedis(t, port);
    await sleep(500);
    isOver = true;
  };
  await Promise.all([load(), disturb()]);
  await isShared();
});

test('takes no settings with a Redis that is required and does not answer', async () => {
  await gateway.configure(settings('namespace: other, required_to_start: true'));
  for (const process of [gateway.process, other]) {
    await process.logged(({ level, msg }) => level === 'error' && msg.includes('required to start'));
    assert.match(String(await nameFrom(process.url)), /^version/);
  }
  await gateway.configure(SETTINGS); // or they would take the others once Redis is there
});

test('a gateway that is killed during a mutation leaves nothing in the cache that the mutation has changed', {
  skip,
}, async (t) => {
  await startRedis(t, port);
  await isShared();
  const before = version;
  const answer = Promise.withResolvers<void>();
  mutation = answer.promise;
  const sent = send(other.url, 'mutation { rename { name } }').catch(() => {});
  await until(
    () => version,
    (now) => now > before,
  );
  assert.equal(await nameFrom(gateway.url), `version ${before}`);
  await other.stop('SIGKILL');
  answer.resolve();
  mutation = undefined;
  await sent;
  await until(
    () => nameFrom(gateway.url),
    (name) => name === `version ${version}`,
  );
});
