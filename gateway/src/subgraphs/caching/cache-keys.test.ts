import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrivateId } from '../../configuration/sections/response-cache.ts';
import { FetchRequest, fetchConstants } from '../../execution/fetching/fetch-request.ts';
import { RequestHeaderRules } from '../headers/request-header-rules.ts';
import { CacheKeys, ownerOf } from './cache-keys.ts';
import { CachedSubgraph } from './testing/cached-subgraph.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 1);
const CLIENTS = 3000;

/** Few values of each kind, with those that are alike but not equal. */
const VALUES = ['a', 'b', 'a,b', '', '["a"]', 'A', '0', ' '];
const NAMES = ['x-tenant', 'x-user', 'authorization', 'accept-language'];
const RULES = [
  [],
  [{ propagate: { named: 'x-tenant' } }],
  [{ propagate: { named: 'x-tenant', rename: 'x-user' } }, { propagate: { named: 'authorization' } }],
  [{ propagate: { matching: '^x-' } }, { remove: { named: 'x-user' } }],
  [{ insert: { name: 'x-user', claim: 'sub' } }, { propagate: { named: 'accept-language', default: 'a' } }],
] as const;
const DOCUMENTS = [
  '{me{name}}',
  '{me{id name}}',
  'query($a:String){count(a:$a)}',
  'query($a:String,$b:String){count(a:$a,b:$b)}',
];

test('two clients share an answer only if the subgraph can not tell them apart, and private ones only with themselves', async () => {
  const random = randomOf(SEED);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  const some = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (random() < 0.5 ? [[name, pick(VALUES)]] : [])));
  for (const privateId of [undefined, { claim: 'sub' }, { header: 'x-user' }] satisfies (PrivateId | undefined)[]) {
    const subgraph = new CachedSubgraph(privateId ? { privateId } : {});
    const echo = (request: FetchRequest, headers: object, owner: unknown) => ({
      query: request.constants.query,
      body: request.toBody(),
      headers: JSON.stringify(Object.entries(headers).sort()),
      owner: JSON.stringify(owner) ?? '',
    });
    let isPrivate = false;
    let saved = 0;
    subgraph.reply = ({ request, context: { headers, operation }, ids }) => {
      const owner = isPrivate ? [operation?.claims, operation?.headers] : undefined;
      const value = echo(request, headers.values, owner);
      const all = { data: ids.length > 0 ? { _entities: ids.map((id) => ({ ...value, body: '', id })) } : value };
      return {
        ...all,
        head: { status: 200, headers: { 'cache-control': `${isPrivate ? 'private, ' : ''}max-age=60` } },
      };
    };
    for (let sent = 0; sent < CLIENTS; sent++) {
      const claims = random() < 0.7 ? some(['sub', 'role']) : undefined;
      const headers = some(NAMES);
      const forwarded = new RequestHeaderRules(pick(RULES)).apply({ headers, claims });
      const variables = some(['a', 'b']);
      const query = pick(DOCUMENTS);
      // An answer is private or not by what is asked, as it is in a subgraph.
      isPrivate = query.includes('id name');
      const before = subgraph.calls.length;
      const constants = fetchConstants({ serviceName: 'books', operation: query, operationName: undefined }, 'query');
      const request = new FetchRequest(constants, variables, undefined);
      const { data } = await subgraph.send(request, {
        headers: forwarded,
        operation: { isMutation: false, claims, headers },
      });
      saved += subgraph.calls.length === before ? 1 : 0;
      assert.equal(data?.query, query);
      assert.equal(data?.body, request.toBody());
      assert.equal(data?.headers, JSON.stringify(Object.entries(forwarded.values).sort()), 'other headers');
      if (!isPrivate) continue;
      const [ownClaims, ownHeaders] = JSON.parse(String(data?.owner));
      const idIn = (from?: Record<string, unknown>, of?: Record<string, unknown>) =>
        privateId && (privateId.claim ? from?.[privateId.claim] : of?.[privateId.header ?? '']);
      assert.equal(idIn(ownClaims ?? undefined, ownHeaders), idIn(claims, headers), "another client's data");
      if (!idIn(claims, headers)) assert.equal(subgraph.calls.length, before + 1, 'private data without an owner');
    }
    assert.ok(saved > CLIENTS / 3, `${saved} answers came from the cache`);
  }
});

test('every part of a request is part of its key', () => {
  const constantsOf = (serviceName: string, operation: string) =>
    fetchConstants({ serviceName, operation, operationName: undefined }, 'query');
  const keyOf = ({
    origin = 'o',
    subgraph = 's',
    operation = '{a}',
    headers = '',
    variables = {},
    representations = undefined as string[] | undefined,
    owner = undefined as string | undefined,
  }) => {
    const request = new FetchRequest(constantsOf(subgraph, operation), variables, representations);
    const keys = new CacheKeys(
      origin,
      { headers: { identity: headers, values: {}, withoutTraceContext: never } },
      request,
      owner,
    );
    return owner === undefined ? keys.publicKey(0) : keys.privateKey(0);
  };
  const keys = [
    {},
    { origin: 'p' },
    { subgraph: 't' },
    { operation: '{b}' },
    { headers: '[["a","b"]]' },
    { variables: { a: 1 } },
    { variables: { a: '1' } },
    { representations: ['{"id":1}'] },
    { representations: ['{"id":"1"}'] },
    { representations: ['{"id":1}'], variables: { a: 1 } },
    { owner: '"a"' },
    { owner: '"b"' },
    { owner: '1' },
    { owner: '"1"' },
  ].map(keyOf);
  assert.equal(new Set(keys).size, keys.length);
});

test('an owner is a text or a number of the client itself', () => {
  const owner = (claims: Record<string, unknown>) =>
    ownerOf({ claim: 'sub' }, { isMutation: false, claims, headers: {} });
  assert.deepEqual([owner({ sub: 'a' }), owner({ sub: 1 }), owner({ sub: '1' })], ['"a"', '1', '"1"']);
  for (const claims of [{}, { sub: '' }, { sub: null }, { sub: ['a'] }, { sub: true }])
    assert.equal(owner(claims), undefined);
  assert.equal(ownerOf({ claim: 'constructor' }, { isMutation: false, claims: {}, headers: {} }), undefined);
});

function never(): never {
  throw new Error('not needed');
}

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
