import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, createOrder, errorsOf, get } from '../harness/client.ts';
import { until } from '../harness/waiting.ts';
import { ada, bob, cy, graph } from './graph.ts';

test('creates a user with trimmed values, and finds it by id', async () => {
  const { createUser: created } = await get<{ createUser: Record<string, string> }>(
    graph.url,
    'mutation { createUser(name: "  Grace Hopper ", email: " Grace@Example.com ") { __typename id name email createdAt } }',
  );
  const { id, createdAt, ...rest } = created;
  assert.deepEqual(rest, { __typename: 'User', name: 'Grace Hopper', email: 'Grace@Example.com' });
  assert.match(createdAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const query = 'query ($id: ID!) { user(id: $id) { __typename id name email createdAt } }';
  assert.deepEqual(await get(graph.url, query, { id }), { user: created });
});

test('returns null for an unknown user, without an error', async () => {
  assert.deepEqual(await get(graph.url, '{ user(id: "999999") { name } }'), { user: null });
});

test('returns pages of users in id order', async () => {
  const query = 'query ($first: Int, $after: ID) { users(first: $first, after: $after) { id } }';
  const page = (first: number, after: string | null) => get(graph.url, query, { first, after });
  assert.deepEqual(await page(2, null), { users: [{ id: ada }, { id: bob }] });
  assert.deepEqual(await page(1, bob), { users: [{ id: cy }] });
  assert.deepEqual(await page(100, '999999'), { users: [] });
});

test("returns pages of a user's orders, for one user and for many", async () => {
  const first = await createOrder(graph.url, ada);
  const other = await createOrder(graph.url, bob);
  const second = await createOrder(graph.url, ada);
  const third = await createOrder(graph.url, ada);
  const one = 'query ($id: ID!, $after: ID) { user(id: $id) { orders(first: 2, after: $after) { id } } }';
  assert.deepEqual(await get(graph.url, one, { id: ada }), { user: { orders: [{ id: first }, { id: second }] } });
  assert.deepEqual(await get(graph.url, one, { id: ada, after: second }), { user: { orders: [{ id: third }] } });

  graph.ordersProxy.calls.length = 0;
  const many = '{ users(first: 3) { name orders(first: 2) { id user { name } } } }';
  assert.deepEqual(await get(graph.url, many), {
    users: [
      {
        name: 'Ada Lovelace',
        orders: [
          { id: first, user: { name: 'Ada Lovelace' } },
          { id: second, user: { name: 'Ada Lovelace' } },
        ],
      },
      { name: 'Bob', orders: [{ id: other, user: { name: 'Bob' } }] },
      { name: 'Cy', orders: [] },
    ],
  });
  assert.equal(graph.ordersProxy.calls.length, 1);
});

test('rejects an e-mail address in use, whatever its case', async () => {
  const answer = await ask(graph.url, 'mutation { createUser(name: "Eve", email: "ADA@example.com") { id } }');
  assert.deepEqual(errorsOf(answer), [
    'EMAIL_TAKEN at createUser: email: ADA@example.com belongs to another user already',
  ]);
  assert.equal(answer.data, null);
});

test('gives an address to one of two users who register it at the same time', async () => {
  const mutation = 'mutation { createUser(name: "Twin", email: "twin@example.com") { name } }';
  graph.usersProxy.calls.length = 0;
  graph.users.signal('SIGSTOP');
  const asked = [ask(graph.url, mutation), ask(graph.url, mutation)];
  await until(
    () => graph.usersProxy.calls.length,
    (calls) => calls === 2,
  );
  graph.users.signal('SIGCONT');
  const answers = await Promise.all(asked);
  assert.deepEqual(answers.map(({ data }) => data).sort(), [{ createUser: { name: 'Twin' } }, null]);
  assert.deepEqual(answers.flatMap(errorsOf), [
    'EMAIL_TAKEN at createUser: email: twin@example.com belongs to another user already',
  ]);
});
