import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getIntrospectionQuery } from 'graphql';
import { ask, codesOf, createUser, get } from '../harness/client.ts';
import { PAGES, readPage } from '../harness/documentation.ts';
import { start, startGraph } from '../harness/graph.ts';
import { residentMb } from '../harness/memory.ts';
import type { RunningProcess } from '../harness/process.ts';
import { mainThreadMs } from '../harness/processor-time.ts';
import { changeRows } from '../harness/rows.ts';

// Small operations whose answers would be as large as lists can make them. One user has 100 orders, and 100 users have 100
// each, so that every level of a list multiplies by 100.

const SECRET = { 'x-subgraph-secret': 'a secret for this test only' };
const PAGE = 'orders(first:100)';
const NESTED = `{${PAGE}{id user{${PAGE}{id user{${PAGE}{id user{${PAGE}{id}}}}}}}}`;
const OF_MANY_USERS = `{ orders(first: 100, after: 100) { user { ${PAGE} { items { quantity } user { ${PAGE} { id } } } } } }`;

/** Bounds of issue "Bounded work" for one operation of at most 1 KB. */
const MAX_MS = 100;
const MAX_MB = 100;
const ATTEMPTS = 5;

/** Orders of one user, and of a hundred others. */
const NEW_ORDERS = `
  with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < 10099)
  insert into orders (user_id, amount_minor, status, created_at)
  select case when n < 100 then 1 else 2 + n % 100 end, 100, 'CONFIRMED', '2026-11-29T12:00:00.000Z' from numbers`;

const graph = await startGraph({ after }, { all: { NODE_ENV: 'development' } });
before(() => changeRows(graph.databaseOf('orders'), NEW_ORDERS));

/** Runs the attack several times, as any one can take longer on a busy machine. Resolves with the least that one took. */
async function leastOf(process: RunningProcess, attack: () => Promise<void>): Promise<{ ms: number; mb: number }> {
  const least = { ms: Number.POSITIVE_INFINITY, mb: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [ms, mb] = [mainThreadMs(process), residentMb(process)];
    await attack();
    least.ms = Math.min(least.ms, mainThreadMs(process) - ms);
    least.mb = Math.min(least.mb, residentMb(process) - mb);
  }
  return least;
}

for (const [name, query] of [
  [`the ${NESTED.length} bytes of one user's orders`, NESTED],
  ["many users' orders", OF_MANY_USERS],
] as const) {
  test(`a subgraph ends an operation that would be too large, and serves others meanwhile: ${name}`, async () => {
    const { ms, mb } = await leastOf(graph.orders, async () => {
      const attacking = ask(graph.orders.url, query, {}, SECRET);
      const others = await Promise.all(
        [1, 2, 3].map(() => ask(graph.orders.url, '{ order(id: 1) { id } }', {}, SECRET)),
      );
      assert.deepEqual(codesOf(await attacking), ['OPERATION_LIMIT_EXCEEDED']);
      for (const { data } of others) assert.deepEqual(data, { order: { id: '1' } });
    });
    assert.ok(ms < MAX_MS, `${ms} ms of processor time`);
    assert.ok(mb < MAX_MB, `${mb} MB more`);
  });
}

test('a subgraph ends an operation of a million fields at its deadline, and is idle right after', async (t) => {
  const orders = await start(t, 'subgraphs/orders', {
    ORDERS_DATABASE: graph.databaseOf('orders'),
    SUBGRAPH_MAX_OBJECTS: '1000000000',
  });
  const deadlineMs = 1000;
  const { ms } = await leastOf(orders, async () => {
    await ask(orders.url, '{ order(id: 1) { id } }', {}, SECRET);
  });
  const began = performance.now();
  const answer = await ask(orders.url, NESTED, {}, { ...SECRET, 'x-deadline-ms': String(deadlineMs) });
  const took = performance.now() - began;
  const busyMs = mainThreadMs(orders);
  await delay(deadlineMs);
  assert.deepEqual([answer.data, codesOf(answer)], [null, ['DEADLINE_EXCEEDED']]);
  assert.ok(took < deadlineMs * 2, `${took} ms`); // a busy machine is late
  assert.ok(
    mainThreadMs(orders) - busyMs < deadlineMs / 10 + ms,
    `${mainThreadMs(orders) - busyMs} ms busy afterwards`,
  );
});

test(`the gateway refuses the ${NESTED.length} bytes, and serves others meanwhile`, async () => {
  const ada = await createUser(graph.url, 'ada@example.com');
  const attacks = Array.from({ length: 10 }, () => ask(graph.url, NESTED));
  await get(graph.url, `{ user(id: ${ada}) { name orders(first: 1) { id } } }`);
  for (const attack of attacks) {
    const { errors } = await attack;
    assert.deepEqual(
      errors?.map(({ extensions: { code, limit } }) => [code, limit]),
      [['OPERATION_LIMIT_EXCEEDED', 'demand_control.max_cost']],
    );
  }
});

test('the gateway lets each query of the documentation pass, and the introspection of tools', async () => {
  const queries = PAGES.flatMap((page) => queriesOf(readPage(page)));
  assert.ok(queries.length >= 5, `${queries.length} queries`);
  for (const query of [...queries, getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true })]) {
    const answer = await ask(graph.url, query, query.includes('$first') ? { first: 100 } : {});
    assert.ok(!answer.text.includes('OPERATION_LIMIT_EXCEEDED'), `${query}: ${answer.text}`);
    assert.ok(!answer.text.includes('GRAPHQL_'), `${query}: ${answer.text}`);
  }
});

/** Returns the queries of a page that this graph can run: bodies of requests, and those in programs. */
function queriesOf(text: string): string[] {
  const found = [
    ...text.matchAll(/"query": ("(?:[^"\\\n]|\\.)*")/g).map(([, literal = '']) => String(JSON.parse(literal))),
    ...text.matchAll(/(?:gql`|query: ')([^`']+)[`']/g).map(([, query = '']) => query),
  ];
  return found.filter((query) => /\b(users?|orders?|checkout|cancelOrder)\b/.test(query));
}
