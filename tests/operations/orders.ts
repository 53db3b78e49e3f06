import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { until } from '../harness/waiting.ts';
import { graph } from './graph.ts';

const ada = await createUser(graph.url, 'ada.orders@example.com');
const bob = await createUser(graph.url, 'bob.orders@example.com', 'Bob');
const orders = [
  await createOrder(graph.url, ada),
  await createOrder(graph.url, bob, '7'),
  await createOrder(graph.url, ada, '0.01'),
  await createOrder(graph.url, ada),
];

test('creates an order for a user, and finds it by id', async () => {
  const { createOrder: created } = await get<{ createOrder: Record<string, unknown> }>(
    graph.url,
    `mutation ($userId: ID!) {
      createOrder(userId: $userId, amount: "10.50") {
        __typename id userId user { __typename id name email } amount status createdAt
      }
    }`,
    { userId: ada },
  );
  const { id, createdAt, ...rest } = created;
  assert.deepEqual(rest, {
    __typename: 'Order',
    userId: ada,
    user: { __typename: 'User', id: ada, name: 'Ada Lovelace', email: 'ada.orders@example.com' },
    amount: '10.50',
    status: 'PENDING',
  });
  assert.match(String(createdAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const query = 'query ($id: ID!) { order(id: $id) { id createdAt user { name } } }';
  assert.deepEqual(await get(graph.url, query, { id }), { order: { id, createdAt, user: { name: 'Ada Lovelace' } } });
});

test('returns null for an unknown order, without an error', async () => {
  assert.deepEqual(await get(graph.url, '{ order(id: "999999") { amount } }'), { order: null });
});

test('returns pages of orders in id order, of all users or of one', async () => {
  const query = `query ($first: Int, $after: ID, $userId: ID) {
    orders(first: $first, after: $after, userId: $userId) { id }
  }`;
  const page = async (variables: Record<string, unknown>) => {
    const data = await get<{ orders: { id: string }[] }>(graph.url, query, variables);
    return data.orders.map(({ id }) => orders.indexOf(id));
  };
  assert.deepEqual(await page({ first: 2 }), [0, 1]);
  assert.deepEqual(await page({ first: 2, after: orders[1] }), [2, 3]);
  assert.deepEqual(await page({ first: 2, userId: ada }), [0, 2]);
  assert.deepEqual(await page({ first: 1, after: orders[2], userId: ada }), [3]);
  assert.deepEqual(await page({ first: 2, userId: bob }), [1]);
  assert.deepEqual(await page({ first: 2, userId: '999999' }), []);
});

test('rejects an order for a user who does not exist', async () => {
  const answer = await ask(graph.url, 'mutation { createOrder(userId: "999999", amount: 1) { id } }');
  assert.deepEqual(errorsOf(answer), ['USER_NOT_FOUND at createOrder: userId: there is no user 999999']);
  assert.equal(answer.data, null);
});

const AMOUNTS: [literal: string, value: unknown, stored: string][] = [
  ['"10.50"', '10.50', '10.50'],
  ['"10.5"', '10.5', '10.50'],
  ['10.5', 10.5, '10.50'],
  ['10.50', 10.5, '10.50'],
  ['10', 10, '10.00'],
  ['"0.01"', 0.01, '0.01'],
  ['9999999999999.99', 9999999999999.99, '9999999999999.99'],
  ['"90071992547409.91"', '90071992547409.91', '90071992547409.91'],
];

for (const [literal, value, stored] of AMOUNTS) {
  test(`stores the amount ${literal} as ${stored}, from a literal and from a variable`, async () => {
    const expected = { createOrder: { amount: stored } };
    const query = (amount: string) => `createOrder(userId: ${ada}, amount: ${amount}) { amount }`;
    assert.deepEqual(await get(graph.url, `mutation { ${query(literal)} }`), expected);
    assert.deepEqual(
      await get(graph.url, `mutation ($amount: Money!) { ${query('$amount')} }`, { amount: value }),
      expected,
    );
  });
}

const IDEMPOTENT = `mutation ($userId: ID!, $amount: Money!, $key: String!) {
  createOrder(userId: $userId, amount: $amount, idempotencyKey: $key) { id }
}`;

test('creates one order for a key sent ten times at the same time', async () => {
  const variables = { userId: bob, amount: '33.33', key: 'ten times' };
  const answers = await atTheSameMoment(10, () => get(graph.url, IDEMPOTENT, variables));
  const { orders } = await get<{ orders: { id: string; amount: string }[] }>(
    graph.url,
    'query ($userId: ID!) { orders(first: 100, userId: $userId) { id amount } }',
    { userId: bob },
  );
  const made = orders.filter(({ amount }) => amount === '33.33');
  assert.equal(made.length, 1);
  assert.deepEqual(answers, Array(10).fill({ createOrder: { id: made[0]?.id } }));
});

test('rejects a key that was used with other arguments', async () => {
  await get(graph.url, IDEMPOTENT, { userId: ada, amount: '1', key: 'reused' });
  const answer = await ask(graph.url, IDEMPOTENT, { userId: ada, amount: '2', key: 'reused' });
  assert.deepEqual(errorsOf(answer), [
    'IDEMPOTENCY_KEY_REUSED at createOrder: idempotencyKey: this key was used before, for another order of this user; ' +
      'use a new key for a new order',
  ]);
  const again = { userId: ada, amount: 1.0, key: 'reused' };
  assert.deepEqual(await get(graph.url, IDEMPOTENT, again), await get(graph.url, IDEMPOTENT, again));
});

/** Sends this many orders, and holds their verification back until all are sent. */
async function atTheSameMoment<T>(times: number, send: () => Promise<T>): Promise<T[]> {
  graph.verificationProxy.calls.length = 0;
  graph.users.signal('SIGSTOP');
  const answers = Array.from({ length: times }, send);
  await until(
    () => graph.verificationProxy.calls.length,
    (calls) => calls === times,
  );
  graph.users.signal('SIGCONT');
  return Promise.all(answers);
}
