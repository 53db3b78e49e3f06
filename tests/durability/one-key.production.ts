import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ask, codesOf, createUser } from '../harness/client.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';
import { countRows } from '../harness/rows.ts';

const KEYS = times(1000, 12);
const SUBMISSIONS = 10;
const KEYS_AT_A_TIME = 5;

const CREATE_ORDER = `mutation ($userId: ID!, $amount: Money!, $idempotencyKey: String!) {
  createOrder(userId: $userId, amount: $amount, idempotencyKey: $idempotencyKey) { id }
}`;

const graph = await startGraph({ after }, { only: ['users', 'orders'] });
const userId = await createUser(graph.url, 'ada@example.com');
const otherUserId = await createUser(graph.url, 'grace@example.com');

test(`creates ${KEYS} orders for ${KEYS} keys with ${SUBMISSIONS} simultaneous submissions each`, async () => {
  const ids = new Set<string>();
  let settled = 0;
  await forEachKey(async (key) => {
    const answers = await Promise.all(Array.from({ length: SUBMISSIONS }, () => submit(key)));
    const [id = '', ...others] = new Set(answers.map(({ data, text }) => data?.createOrder.id ?? text));
    assert.ok(/^\d+$/.test(id) && others.length === 0, `${key}: ${[id, ...others].join(', ')}`);
    ids.add(id);
    tellProgress('keys', ++settled, KEYS);
  });
  assert.equal(ids.size, KEYS);
  assert.equal(countOrders(), KEYS);
});

test('rejects other arguments under a used key, and changes nothing', async () => {
  await forEachKey(async (key) => {
    assert.deepEqual(codesOf(await submit(key, { amount: '10.51' })), ['IDEMPOTENCY_KEY_REUSED']);
  });
  assert.equal(countOrders(), KEYS);
});

test("neither takes nor blocks another user's keys", async () => {
  await forEachKey(async (key) => {
    const [own, others] = await Promise.all([submit(key), submit(key, { userId: otherUserId, amount: '99.00' })]);
    assert.ok(own.data && others.data, others.text);
    assert.notEqual(own.data.createOrder.id, others.data.createOrder.id);
  });
  assert.equal(countOrders(), 2 * KEYS);
});

test('accepts one of several simultaneous submissions with other arguments, and rejects the rest', async () => {
  const before = countOrders();
  await forEachKey(async (key) => {
    const amounts = Array.from({ length: SUBMISSIONS }, (_, index) => `${index + 1}.00`);
    const answers = await Promise.all(amounts.map((amount) => submit(`contested ${key}`, { amount })));
    const refused = answers.filter(({ data }) => data === null);
    assert.equal(refused.length, SUBMISSIONS - 1);
    for (const answer of refused) assert.deepEqual(codesOf(answer), ['IDEMPOTENCY_KEY_REUSED']);
  });
  assert.equal(countOrders() - before, KEYS);
});

async function forEachKey(work: (key: string) => Promise<void>): Promise<void> {
  const keys = Array.from({ length: KEYS }, (_, index) => `key ${index}`).values();
  const worker = async () => {
    for (const key of keys) await work(key);
  };
  await Promise.all(Array.from({ length: KEYS_AT_A_TIME }, worker));
}

/** Submits as a client does. If time runs out, as it may on a busy machine, it retries with the same key to learn the outcome. */
async function submit(idempotencyKey: string, others: { userId?: string; amount?: string } = {}) {
  const variables = { userId, amount: '10.50', idempotencyKey, ...others };
  for (;;) {
    const answer = await ask<{ createOrder: { id: string } }>(graph.url, CREATE_ORDER, variables);
    if (!codesOf(answer).includes('DEADLINE_EXCEEDED')) return answer;
  }
}

function countOrders(): number {
  return countRows(graph.databaseOf('orders'), 'orders');
}
