import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { ask, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { assertTellsNothing } from '../harness/leaks.ts';
import { beginAnew, graph } from './graph.ts';

/** Timeout of users in supergraph.yaml. */
const USERS_TIMEOUT_MS = 2000;
const SLACK_MS = 3000;

const UNAVAILABLE: Behaviour[] = ['garbage', 'status 500', 'cut short', 'reset', 'lose the answer'];

const ORDERS = '{ orders { id user { name } } }';

describe('a query while a subgraph fails', () => {
  let ada: string;
  let ids: string[];

  before(async () => {
    await beginAnew();
    ada = await createUser(graph.url, 'ada@example.com');
    const bob = await createUser(graph.url, 'bob@example.com', 'Bob');
    ids = [await createOrder(graph.url, ada), await createOrder(graph.url, bob), await createOrder(graph.url, ada)];
  });

  afterEach(() => {
    graph.usersProxy.behaviour = 'pass';
    graph.ordersProxy.behaviour = 'pass';
  });

  const ordersWithoutUsers = () => ({ orders: ids.map((id) => ({ id, user: null })) });

  for (const behaviour of UNAVAILABLE) {
    test(`returns orders with null users and errors while users fails (${behaviour}), until it is back`, async () => {
      graph.usersProxy.behaviour = behaviour;
      const answer = await ask(graph.url, ORDERS);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.data, ordersWithoutUsers());
      assert.deepEqual(
        errorsOf(answer).sort(),
        [0, 1, 2].map((index) => `SUBGRAPH_UNAVAILABLE at orders.${index}.user: Subgraph "users" is unavailable`),
      );
      const { id, ...extensions } = answer.errors?.[0]?.extensions ?? {};
      assert.deepEqual(extensions, { subgraph: 'users', code: 'SUBGRAPH_UNAVAILABLE' });
      const logged = await graph.gateway.logged((line) => line.id === id);
      assert.match(logged.msg, /^a call to the subgraph failed: /);
      assertTellsNothing(answer.text);

      graph.usersProxy.behaviour = 'pass';
      assert.deepEqual(await get(graph.url, ORDERS), {
        orders: ids.map((id, index) => ({ id, user: { name: index === 1 ? 'Bob' : 'Ada Lovelace' } })),
      });
    });
  }

  test('returns orders after the timeout of users if it hangs, and delays no operation without users', async () => {
    graph.usersProxy.behaviour = 'hang';
    const start = performance.now();
    const hanging = ask(graph.url, ORDERS);
    await graph.usersProxy.nextCall();
    assert.equal((await get<{ orders: object[] }>(graph.url, '{ orders { id amount } }')).orders.length, 3);
    assert.ok(performance.now() - start < USERS_TIMEOUT_MS);

    const answer = await hanging;
    const elapsed = performance.now() - start;
    assert.ok(elapsed < USERS_TIMEOUT_MS + SLACK_MS, `${elapsed} ms`);
    assert.deepEqual(answer.data, ordersWithoutUsers());
    assert.deepEqual(
      errorsOf(answer).sort(),
      [0, 1, 2].map(
        (index) => `DEADLINE_EXCEEDED at orders.${index}.user: Subgraph "users" did not respond within 2000 ms`,
      ),
    );
    assertTellsNothing(answer.text);
  });

  test('returns users with null orders and errors if orders fails', async () => {
    graph.ordersProxy.behaviour = 'reset';
    const answer = await ask(graph.url, '{ users { name orders { id } } }');
    assert.deepEqual(answer.data, {
      users: [
        { name: 'Ada Lovelace', orders: null },
        { name: 'Bob', orders: null },
      ],
    });
    const errors = errorsOf(answer).sort();
    assert.equal(errors.length, 2);
    errors.forEach((error, index) => {
      assert.match(
        error,
        new RegExp(`^SUBGRAPH_UNAVAILABLE at users\\.${index}\\b.*: Subgraph "orders" is unavailable$`),
      );
    });
  });

  test('puts the error of a failing subgraph at the path of its root field', async () => {
    graph.usersProxy.behaviour = 'garbage';
    const answer = await ask(graph.url, `{ someone: user(id: "${ada}") { name } orders { id } }`);
    assert.deepEqual(answer.data, { someone: null, orders: ids.map((id) => ({ id })) });
    assert.deepEqual(errorsOf(answer), ['SUBGRAPH_UNAVAILABLE at someone: Subgraph "users" is unavailable']);
  });
});
