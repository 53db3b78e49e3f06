import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { TokenIssuer } from '@lockstep/gateway/pipeline/identity/testing/token-issuer.ts';
import { send, sendTogether, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const gateway = await startGateway(
  { after },
  {
    gateway: `headers: { response: [
        { propagate: { matching: ^x-all-, algorithm: append } }, { propagate: { named: cache-control } },
        { remove: { named: x-all-secret } }, { insert: { name: x-served-by, value: lockstep } } ] }`,
    things:
      'headers: { response: [{ propagate: { named: x-first, algorithm: first } }, { insert: { name: x-of-things, value: "yes" } }] }',
    names:
      'headers: { response: [{ propagate: { named: x-first, algorithm: first } }, { propagate: { named: x-own, rename: x-name } }] }',
  },
);
const { url } = gateway;

beforeEach(() => {
  gateway.reply = () => ({});
});

const THING = '{ thing { name } }';

test('gives the client the headers that the rules take from each subgraph', async () => {
  gateway.reply = (subgraph) => ({
    headers: {
      'x-all-a': subgraph,
      'x-all-secret': '1',
      'x-first': subgraph,
      'x-own': subgraph,
      'x-other': '1',
      'set-cookie': 'a=b',
      'cache-control': subgraph === 'things' ? 'public, max-age=60' : 'public, max-age=30',
    },
  });
  const { data, headers } = await send(url, THING);
  assert.deepEqual(data, { thing: { name: 'name of 1' } });
  const got = Object.fromEntries(headers);
  for (const name of ['date', 'connection', 'keep-alive', 'content-length']) delete got[name];
  assert.deepEqual(got, {
    'cache-control': 'public, max-age=30',
    'content-type': 'application/json; charset=utf-8',
    vary: 'Origin',
    'x-all-a': 'things, names',
    'x-first': 'things',
    'x-name': 'names',
    'x-of-things': 'yes',
    'x-served-by': 'lockstep',
    'x-content-type-options': 'nosniff',
  });
});

test('forbids caching if a part may not be cached or is missing', async () => {
  const kept = { headers: { 'cache-control': 'max-age=60' } };
  gateway.reply = () => kept;
  const cacheControl = async (query = THING) => (await send(url, query)).headers.get('cache-control');
  assert.equal(await cacheControl(), 'max-age=60');
  assert.equal(await cacheControl('{ __typename }'), 'no-store', 'no subgraph said anything');
  gateway.reply = (subgraph) => (subgraph === 'things' ? kept : {});
  assert.equal(await cacheControl(), 'no-store', 'one says nothing');
  gateway.reply = (subgraph) => ({ ...kept, ...(subgraph === 'names' && { body: { errors: [{ message: 'no' }] } }) });
  assert.equal(await cacheControl(), 'no-store', 'one has an error');
  gateway.reply = (subgraph) => ({ ...kept, ...(subgraph === 'names' && { body: ['no GraphQL'] }) });
  assert.equal(await cacheControl(), 'no-store', 'one failed');
  gateway.reply = () => kept;
  assert.equal(await cacheControl('{ nothing }'), 'no-store', 'a request that is refused');
});

test('gives an answer with errors the other headers all the same', async () => {
  gateway.reply = () => ({ headers: { 'x-own': '1' }, body: { data: null, errors: [{ message: 'no' }] } });
  const { headers, errors } = await send(url, '{ strict }');
  assert.equal(errors.length, 1);
  assert.deepEqual([headers.get('x-name'), headers.get('x-served-by')], ['1', 'lockstep']);
  assert.equal((await send(url, '{ nothing }')).headers.get('x-served-by'), 'lockstep');
});

test('gives the headers of a shared call to every client that waited for it', async () => {
  gateway.reply = (subgraph) => ({ headers: { 'x-own': subgraph } });
  for (const query of ['{ word }', THING]) {
    await until(
      () => sendTogether(gateway, query, [{}, {}, {}], 1),
      ({ answers, names }) => {
        for (const { headers } of answers) assert.equal(headers.get('x-name'), 'names');
        return names.length === 1;
      },
    );
  }
});

test('keeps answers that depend on who asks out of shared caches, whatever the subgraphs say', async (t) => {
  const issuer = await (await new TokenIssuer().addKey('first')).listen();
  t.after(() => issuer.close());
  gateway.reply = () => ({ headers: { 'cache-control': 'public, max-age=60, s-maxage=600' } });
  const headers = { authorization: `Bearer ${await issuer.sign()}` };
  const cacheControl = async (query: string) => (await send(url, query, headers)).headers.get('cache-control');
  const jwt = `authentication: { jwt: { jwks: [{ url: "${issuer.url}" }] } }, headers: { response: [{ propagate: { named: cache-control } }] }`;
  await gateway.configure({ gateway: jwt, isCountGuarded: true });
  await until(
    () => cacheControl('{ count }'),
    (value) => value === 'private, max-age=60',
  );
  assert.equal(await cacheControl('{ word }'), 'public, max-age=60, s-maxage=600');
  await gateway.configure({ gateway: `${jwt}, authorization: { require_authentication: true }` });
  await until(
    () => cacheControl('{ word }'),
    (value) => value === 'private, max-age=60',
  );
});

test('says no-store without a rule, and follows a change of the rules', async (t) => {
  const { url, configure } = gateway;
  t.after(() => configure({}));
  gateway.reply = () => ({ headers: { 'x-own': '1', 'cache-control': 'max-age=60' } });
  await configure({ names: 'headers: { response: [{ propagate: { named: x-own } }] }' });
  const { headers } = await until(
    () => send(url, '{ word }'),
    ({ headers }) => headers.has('x-own'),
  );
  assert.deepEqual([headers.get('cache-control'), headers.get('x-served-by')], ['no-store', null]);
});
