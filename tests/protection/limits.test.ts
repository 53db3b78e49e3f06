import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { ask, codesOf, createUser, errorsOf, get } from '../harness/client.ts';
import { edit } from '../harness/supergraph-files.ts';
import { untilEverywhere } from '../harness/waiting.ts';
import { startConfigured } from './configured.ts';

const { graph, supergraph } = await startConfigured(
  { after },
  `gateway:
  limits: { max_depth: 2, max_aliases: 1, max_root_fields: 2, max_directives: 1, parser_max_tokens: 30, http_max_request_bytes: 1kb }
  demand_control: { enabled: true, max_cost: 50, list_size: 5 }
`,
);
await createUser(graph.url, 'ada@example.com');

const USERS_SCHEMA = join(dirname(supergraph), 'subgraphs', 'users', 'schema.graphql');

const AT_AND_OVER: [limit: string, at: string, over: string, message: string][] = [
  ['max_depth', '{ users { id } }', '{ users { orders { id } } }', 'has 3 levels of fields; at most 2 are allowed'],
  ['max_aliases', '{ a: __typename }', '{ a: __typename b: __typename }', 'has 2 aliases; at most 1 are allowed'],
  [
    'max_root_fields',
    '{ __typename users { id } }',
    '{ __typename __typename users { id } }',
    'has 3 root fields; at most 2',
  ],
  [
    'max_directives',
    '{ ...F } fragment F on Query { __typename @skip(if: true) }',
    '{ ...F ...F } fragment F on Query { __typename @skip(if: true) }',
    'has 2 directives; at most 1',
  ],
  [
    'parser_max_tokens',
    `{ ${'__typename '.repeat(2)}} ${'fragment F on Query { __typename }'.repeat(3)}`,
    `{ users { ${'id '.repeat(30)}} }`,
    'has 31 tokens; at most 30',
  ],
];

for (const [limit, at, over, message] of AT_AND_OVER) {
  test(`${limit}: accepts an operation at the limit and rejects one above it`, async () => {
    assert.ok(!codesOf(await ask(graph.url, at)).includes('OPERATION_LIMIT_EXCEEDED'));
    const refused = await ask(graph.url, over);
    assert.equal(refused.status, 400);
    assert.ok(refused.text.includes(message), refused.text);
    assert.equal(refused.errors?.[0]?.extensions.limit, limit);
  });
}

test('http_max_request_bytes: accepts a body at the limit and rejects one above it', async () => {
  const query = '{ __typename }';
  const atLimit = ' '.repeat(1024 - JSON.stringify({ query }).length);
  assert.equal((await ask(graph.url, query + atLimit)).status, 200);
  const over = await ask(graph.url, `${query}${atLimit} `);
  assert.deepEqual(
    [over.status, over.errors?.[0]?.extensions],
    [413, { code: 'OPERATION_LIMIT_EXCEEDED', limit: 'http_max_request_bytes', allowed: 1024 }],
  );
});

test('demand_control: rejects an operation above max_cost with the estimate', async () => {
  const query = 'query ($n: Int!) { users(first: $n) { id } }';
  await get(graph.url, query, { n: 2 });
  await edit(USERS_SCHEMA, ' @listSize(slicingArguments: ["first"])', '');
  await edit(supergraph, 'max_cost: 50', 'max_cost: 4');
  const refused = await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query, { n: 2 }),
    ({ errors }) => errors !== undefined,
  );
  const message = 'The operation would cost 5 by estimate, and at most 4 is allowed.';
  assert.deepEqual([refused.status, errorsOf(refused)], [400, [`OPERATION_LIMIT_EXCEEDED: ${message}`]]);
  assert.deepEqual(refused.errors?.[0]?.extensions.cost, { estimated: 5, max: 4 });
  assert.equal(refused.data, undefined);

  await edit(supergraph, 'list_size: 5', 'list_size: 4');
  await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query, { n: 2 }),
    ({ errors }) => errors === undefined,
  );
});

test('mode: measure accepts an operation above max_cost, and logs it', async () => {
  await edit(supergraph, 'max_cost: 4', 'max_cost: 1, mode: measure');
  const query = 'query Dear { users { id } orders { id } }';
  await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query),
    ({ errors }) => errors === undefined,
  );
  const line = await graph.gateway.logged(({ msg }) => msg.includes('It passes: it is only measured.'));
  assert.deepEqual([line.operation, line.cost], ['Dear', { estimated: 4 + 50, max: 1 }]);
});

test('max_objects: accepts an answer at the limit and rejects one above it', async () => {
  await edit(supergraph, 'parser_max_tokens: 30', 'parser_max_tokens: 30, max_objects: 1');
  const refused = await untilEverywhere(
    graph.gateway,
    (url) => ask(url, '{ users { id } }'),
    ({ errors }) => errors !== undefined,
  );
  assert.deepEqual(
    [refused.data, refused.errors?.map(({ extensions }) => extensions)],
    [null, [{ code: 'OPERATION_LIMIT_EXCEEDED', limit: 'max_objects', allowed: 1 }]],
  );
  await get(graph.url, '{ user(id: 1) { id } }');
});

test('max_bytes: accepts a reply at the limit and no longer one', async () => {
  await edit(supergraph, 'max_objects: 1', 'max_bytes: 1kb');
  for (let index = 0; index < 10; index += 1) await createUser(graph.url, `${'x'.repeat(88)}${index}@example.com`);
  const query = 'query ($n: Int!) { users(first: $n) { email } }';
  const refused = await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query, { n: 20 }),
    (answer) => codesOf(answer).includes('SUBGRAPH_UNAVAILABLE'),
  );
  assert.equal(refused.data, null);
  await get(graph.url, query, { n: 5 });
  assert.match((await graph.gateway.logged(({ msg }) => msg.includes('1024'))).msg, /1024 bytes/);
});

test('warn_only accepts an operation above the limits, and logs it once', async () => {
  await edit(supergraph, 'http_max_request_bytes: 1kb', 'warn_only: true');
  const query = '{ a: __typename b: __typename }';
  await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query),
    ({ errors }) => errors === undefined,
  );
  await get(graph.url, query);
  const warnings = graph.gateway.logs.filter(({ msg }) => msg.includes('limits.warn_only is on'));
  assert.deepEqual(
    warnings.map(({ level, limit, found, allowed }) => ({ level, limit, found, allowed })),
    graph.gateway.urls.map(() => ({ level: 'warn', limit: 'max_aliases', found: 2, allowed: 1 })),
  );
  assert.deepEqual(codesOf(await ask(graph.url, AT_AND_OVER[4]?.[2] ?? '')), ['OPERATION_LIMIT_EXCEEDED']);
});
