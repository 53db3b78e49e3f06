import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { type Answer, ask, codesOf, createUser, get } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { fastest } from '../harness/timing.ts';

const graph = await startGraph(
  { after },
  { all: { NODE_ENV: 'production', LOG_FORMAT: 'json' }, gateway: { INTROSPECTION: 'true' } },
);
await createUser(graph.url, 'ada@example.com');
await get(graph.url, '{ users { name } }'); // the first request takes longer

const REFUSED_WITHIN_MS = 100;

/** Documents over a limit: the text, the limit, and the number found. */
const OVER: [name: string, query: string, limit: string, found: number, allowed: number][] = [
  ['1,000 aliased root fields', `{ ${times(1000, (i) => `a${i}: users { id }`)} }`, 'max_aliases', 1000, 30],
  ['21 root fields', `{ ${times(21, () => '__typename')} }`, 'max_root_fields', 21, 20],
  ['101 aliases of __typename', `{ ${times(101, (i) => `a${i}: __typename`)} }`, 'max_aliases', 101, 30],
  ['500 repeated root fields', `{ ${times(500, () => '__typename')} }`, 'max_root_fields', 500, 20],
  ['16 levels', nested('user', 16), 'max_depth', 16, 15],
  ['21 directives', `{ users { ${times(21, (i) => `... @include(if: ${i > 3}) { id }`)} } }`, 'max_directives', 21, 20],
  ['15,001 tokens', `{ users { ${'id '.repeat(14_996)}} }`, 'parser_max_tokens', 15_001, 15_000],
  ['a fragment bomb', bomb(30, 'User', '{ users { ...F0 } }', 'id'), 'spread_selections', 15_001, 15_000],
  ['one of root fields', bomb(30, 'Query', '{ ...F0 }', '__typename'), 'spread_selections', 15_001, 15_000],
  ['one nobody spreads', bomb(30, 'User', '{ users { id } }', 'id'), 'spread_selections', 15_001, 15_000],
  [
    'one of the schema',
    bomb(30, '__Schema', '{ __schema { ...F0 } }', '__typename'),
    'spread_selections',
    15_001,
    15_000,
  ],
  ['501 brackets in each other', `{ users { ${'id(x: '}${'['.repeat(7_000)}`, 'parser_max_recursion', 501, 500],
];

for (const [name, query, limit, found, allowed] of OVER) {
  test(`rejects ${name} at once with the limit`, async () => {
    const { answer, ms } = await fastest(REFUSED_WITHIN_MS, () => ask(graph.url, query));
    assert.deepEqual(codesOf(answer), ['OPERATION_LIMIT_EXCEEDED']);
    assert.deepEqual([answer.status, answer.data], [400, undefined]);
    const { code, ...extensions } = answer.errors?.[0]?.extensions ?? {};
    assert.deepEqual(extensions, { limit, found, allowed });
    assert.match(answer.errors?.[0]?.message ?? '', new RegExp(`^The operation has ${found} .*at most ${allowed} `));
    assert.ok(ms < REFUSED_WITHIN_MS, `${ms} ms`);
  });
}

test('rejects 500 repeated fields below the root', async () => {
  const { answer, ms } = await fastest(REFUSED_WITHIN_MS, () => ask(graph.url, `{ users { ${'id '.repeat(500)} } }`));
  assert.deepEqual(codesOf(answer), ['OPERATION_LIMIT_EXCEEDED']);
  assert.equal(answer.errors?.[0]?.extensions.limit, 'repeated_fields');
  assert.ok(ms < REFUSED_WITHIN_MS, `${ms} ms`);
});

test('rejects fragments that spread themselves', async () => {
  const query = '{ users { ...A } } fragment A on User { id ...B } fragment B on User { name ...A }';
  assert.deepEqual(codesOf(await ask(graph.url, query)), ['GRAPHQL_VALIDATION_FAILED']);
});

test('rejects ten unknown directives on one field', async () => {
  const answer = await ask(graph.url, `{ __typename ${'@aa'.repeat(10)} }`);
  assert.equal(answer.status, 400);
  assert.ok(codesOf(answer).every((code) => code === 'GRAPHQL_VALIDATION_FAILED'));
});

/** Most errors that a wrong document gets: five, and one that says that there are more. */
const MAX_VALIDATION_ERRORS = 6;

for (const [mistakes, query] of [
  ['unknown directives', `{ __typename ${'@aa'.repeat(10)} }`],
  ['unknown fields', `{ users { ${times(200, (i) => `a${i}`)} } }`],
  ['unknown arguments', `{ users(${times(200, (i) => `a${i}: 1`)}) { id } }`],
  ['unknown types', `query (${times(200, (i) => `$a${i}: A${i}`)}) { users { id } }`],
  ['unknown fragments', `{ users { ${times(200, (i) => `...A${i}`)} } }`],
  ['conflicting fields', `{ ${times(20, (i) => `users(first: ${i + 1}) { id }`)} }`],
] as const) {
  test(`answers a document of many ${mistakes} with few errors`, async () => {
    const headers = { 'x-subgraph-secret': 'a secret for this test only' };
    for (const url of [graph.url, graph.users.url]) {
      const answer = await ask(url, query, undefined, headers);
      const codes = codesOf(answer);
      assert.ok(codes.length > 0 && codes.length <= MAX_VALIDATION_ERRORS, `${codes.length} errors of ${url}`);
      assert.ok(answer.text.length < 10_000, `${answer.text.length} bytes`);
    }
  });
}

test('rejects circular introspection', async () => {
  const answer = await ask(
    graph.url,
    `{ __schema { types { ${'fields { type { '.repeat(6)}name${'} }'.repeat(6)} } } }`,
  );
  assert.deepEqual([answer.status, codesOf(answer)], [400, ['GRAPHQL_VALIDATION_FAILED']]);
});

for (const [name, query] of [
  ['an alias', '{ __proto__: users { id } }'],
  ['an alias of a nested field', '{ users { __proto__: id } }'],
  ['a variable', 'query ($__proto__: Int = 5) { users(first: $__proto__) { id } }'],
] as const) {
  test(`rejects __proto__ as ${name}`, async () => {
    const { answer, ms } = await fastest(REFUSED_WITHIN_MS, () => ask(graph.url, query));
    assert.deepEqual([answer.status, codesOf(answer)], [400, ['BAD_USER_INPUT']]);
    assert.ok(ms < REFUSED_WITHIN_MS, `${ms} ms`);
  });
}

for (const [name, body] of [
  ['of the body', '{"query":"{ users { id } }","__proto__":{"polluted":true}}'],
  ['of the variables', '{"query":"{ users { id } }","variables":{"__proto__":{"polluted":true}}}'],
  ['of the extensions', '{"query":"{ users { id } }","extensions":{"a":[{"__proto__":{"polluted":true}}]}}'],
] as const) {
  test(`rejects __proto__ as a key ${name}`, async () => {
    const { answer, ms } = await fastest(REFUSED_WITHIN_MS, () => post(body));
    assert.deepEqual([answer.status, codesOf(answer)], [400, ['BAD_REQUEST']]);
    assert.ok(ms < REFUSED_WITHIN_MS, `${ms} ms`);
  });
}

test('rejects a body of 3 MB at once', async () => {
  const body = JSON.stringify({ query: `{ users { id } } #${'x'.repeat(3 << 20)}` });
  const { answer, ms } = await fastest(REFUSED_WITHIN_MS, () => post(body));
  assert.deepEqual([answer.status, codesOf(answer)], [413, ['OPERATION_LIMIT_EXCEEDED']]);
  assert.ok(ms < REFUSED_WITHIN_MS, `${ms} ms`);
});

test('rejects an array of operations', async () => {
  assert.equal((await post('[{"query":"{ users { id } }"},{"query":"{ users { id } }"}]')).status, 400);
});

test('answers others while it rejects them', async () => {
  for (const [name, query] of OVER) {
    const attacks: Promise<unknown>[] = [];
    const { ms } = await fastest(REFUSED_WITHIN_MS, async () => {
      attacks.push(ask(graph.url, query));
      await (await fetch(new URL('/health/live', graph.url))).text();
    });
    await Promise.all(attacks);
    assert.ok(ms < REFUSED_WITHIN_MS, `${name}: ${ms} ms`);
  }
});

test('accepts the introspection queries of tools', async () => {
  for (const options of [{}, { descriptions: true, inputValueDeprecation: true, specifiedByUrl: true }]) {
    const { __schema } = await get<{ __schema: object }>(graph.url, getIntrospectionQuery(options));
    assert.ok(__schema);
  }
});

for (const [name, query, code] of [
  ['101 aliases of __typename', `{ ${times(101, (i) => `a${i}: __typename`)} }`, 'OPERATION_LIMIT_EXCEEDED'],
  ['500 repeated fields', `{ ${times(500, () => '__typename')} }`, 'OPERATION_LIMIT_EXCEEDED'],
  ['60,001 tokens', `{ users { ${'id '.repeat(60_000)}} }`, 'OPERATION_LIMIT_EXCEEDED'],
  ['a fragment bomb', bomb(30, 'User', '{ users { ...F0 } }', 'id'), 'OPERATION_LIMIT_EXCEEDED'],
  ['__proto__ as an alias', '{ __proto__: users { id } }', 'BAD_USER_INPUT'],
  ['ten unknown directives', `{ __typename ${'@aa'.repeat(10)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'circular introspection',
    '{ __schema { types { fields { type { fields { name } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
] as const) {
  test(`a subgraph rejects ${name} by itself`, async () => {
    const headers = { 'content-type': 'application/json', 'x-subgraph-secret': 'a secret for this test only' };
    const { answer, ms } = await fastest(3 * REFUSED_WITHIN_MS, async () => {
      const request = { method: 'POST', headers, body: JSON.stringify({ query }) };
      return toAnswer(await fetch(graph.users.url, request));
    });
    assert.deepEqual([answer.status, codesOf(answer)[0]], [400, code]);
    assert.ok(ms < 3 * REFUSED_WITHIN_MS, `${ms} ms`);
  });
}

async function post(body: string): Promise<Answer<unknown>> {
  return toAnswer(await fetch(graph.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
}

async function toAnswer(response: Response): Promise<Answer<unknown>> {
  const text = await response.text();
  return { status: response.status, text, ...JSON.parse(text) };
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(' ');
}

/** Returns `depth` levels of fields. */
function nested(field: string, depth: number): string {
  return `{ orders { ${`${field} { orders { `.repeat((depth - 2) / 2)}id${' } }'.repeat((depth - 2) / 2)} } }`;
}

/** Returns fragments that each spread the next one twice, so that the last is spread 2 to the power of `depth` times. */
function bomb(depth: number, type: string, operation: string, field: string): string {
  const fragments = times(depth, (i) => `fragment F${i} on ${type} { ...F${i + 1} ...F${i + 1} }`);
  return `${operation} ${fragments} fragment F${depth} on ${type} { ${field} }`;
}
