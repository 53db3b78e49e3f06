import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { ask, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { INSTANCES } from '../harness/instances.ts';
import { assertTellsNothing } from '../harness/leaks.ts';
import { countRows } from '../harness/rows.ts';
import { beginAnew, graph } from './graph.ts';

/** Default of USERS_TIMEOUT_MS. */
const TIMEOUT_MS = 2000;
const SLACK_MS = 3000;

const countOrders = () => countRows(graph.databaseOf('orders'), 'orders');

const UNAVAILABLE = 'SUBGRAPH_UNAVAILABLE at createOrder: Subgraph "users" is unavailable';
const FAILURES: [Behaviour, string][] = [
  ['garbage', UNAVAILABLE],
  ['status 500', UNAVAILABLE],
  ['cut short', UNAVAILABLE],
  ['reset', UNAVAILABLE],
  ['lose the answer', UNAVAILABLE],
  ['hang', 'DEADLINE_EXCEEDED at createOrder: Subgraph "users" did not respond within 2000 ms'],
];

/** A query is retried once if its kept-alive connection breaks before a response, because the server may have been closing it. */
const SENT_AGAIN: readonly Behaviour[] = ['reset', 'lose the answer'];

describe('createOrder while a subgraph fails', () => {
  let user: string;

  before(async () => {
    await beginAnew();
    user = await createUser(graph.url, 'ada@example.com');
  });

  afterEach(() => {
    graph.verificationProxy.behaviour = 'pass';
    graph.ordersProxy.behaviour = 'pass';
  });

  for (const [behaviour, error] of FAILURES) {
    test(`createOrder fails in time and writes nothing if users fails (${behaviour})`, async () => {
      await createOrder(graph.url, user);
      const before = countOrders();
      graph.verificationProxy.calls.length = 0;
      graph.verificationProxy.behaviour = behaviour;
      const start = performance.now();

      const answer = await ask(graph.url, `mutation { createOrder(userId: ${user}, amount: 1) { id } }`);

      assert.ok(performance.now() - start < TIMEOUT_MS + SLACK_MS);
      assert.deepEqual(errorsOf(answer), [error]);
      assert.equal(answer.data, null);
      assertTellsNothing(answer.text);
      assert.equal(countOrders(), before);
      const sent = graph.verificationProxy.calls.length;
      if (INSTANCES === 1) assert.equal(sent, SENT_AGAIN.includes(behaviour) ? 2 : 1);
      else assert.ok(sent >= 1 && sent <= 2 * INSTANCES, `${sent} calls`); // some may be left out already
    });
  }

  test('returns the order of a lost response for the same idempotency key, and creates no second one', async () => {
    const before = countOrders();
    const mutation = `mutation { createOrder(userId: ${user}, amount: "2.34", idempotencyKey: "lost") { amount } }`;
    graph.ordersProxy.calls.length = 0;
    graph.ordersProxy.behaviour = 'lose the answer';
    const lost = await ask(graph.url, mutation);
    assert.deepEqual(errorsOf(lost), [
      'OUTCOME_UNKNOWN at createOrder: The response of subgraph "orders" was lost, and the mutation may or may not have been executed; if it takes an idempotency key, send it again with the same one to find out',
    ]);
    assert.equal(graph.ordersProxy.calls.length, 1);

    graph.ordersProxy.behaviour = 'pass';
    assert.deepEqual(await get(graph.url, mutation), { createOrder: { amount: '2.34' } });
    assert.equal(countOrders(), before + 1);
  });
});
