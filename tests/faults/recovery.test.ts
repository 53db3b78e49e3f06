import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, ask, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { times } from '../harness/full-count.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { assertTellsNothing } from '../harness/leaks.ts';
import { freePort } from '../harness/ports.ts';
import { countRows } from '../harness/rows.ts';
import { until } from '../harness/waiting.ts';

const ORDERS = '{ orders { user { name } } }';

/** Time for which the gateway is queried without subgraphs. */
const ABSENCE_MS = times(60_000, 2000);

const isAnswered = ({ errors }: Answer<unknown>) => errors === undefined;

test('starts without subgraphs, reports the missing ones, and follows them as they come, go and come back', async (t) => {
  const databases = createDatabases(['users', 'orders'], await temporaryFolder(t));
  const [usersPort, ordersPort] = [await freePort(), await freePort()];
  const env = {
    USERS_PORT: String(usersPort),
    ORDERS_PORT: String(ordersPort),
    USERS_URL: `http://127.0.0.1:${usersPort}/graphql`,
    ORDERS_URL: `http://127.0.0.1:${ordersPort}/graphql`,
    USERS_DATABASE: databases.get('users') ?? '',
    ORDERS_DATABASE: databases.get('orders') ?? '',
  };
  const gateway = await start(t, 'gateway', env);
  const { url } = gateway;
  let hasExited = false;
  void gateway.ended.then(() => {
    hasExited = true;
  });

  const nobody = await ask(url, ORDERS);
  assert.deepEqual(errorsOf(nobody), ['SUBGRAPH_UNAVAILABLE at orders: Subgraph "orders" is unavailable']);
  assertTellsNothing(nobody.text);
  assert.deepEqual(await get(url, '{ __typename }'), { __typename: 'Query' });
  const comingAt = performance.now() + ABSENCE_MS;
  await until(
    () => ask(url, ORDERS),
    (answer) => isAnswered(answer) || performance.now() >= comingAt,
  );

  const [users] = await Promise.all([start(t, 'subgraphs/users', env), start(t, 'subgraphs/orders', env)]);
  const ada = await createUser(url, 'ada@example.com');
  await createOrder(url, ada);
  assert.deepEqual(await get(url, ORDERS), { orders: [{ user: { name: 'Ada Lovelace' } }] });

  await users.stop('SIGKILL');
  const [query, mutation] = await Promise.all([
    ask(url, ORDERS),
    ask(url, `mutation { createOrder(userId: ${ada}, amount: 1) { id } }`),
  ]);
  assert.deepEqual(query.data, { orders: [{ user: null }] });
  assert.deepEqual(errorsOf(query), ['SUBGRAPH_UNAVAILABLE at orders.0.user: Subgraph "users" is unavailable']);
  assert.deepEqual(errorsOf(mutation), ['SUBGRAPH_UNAVAILABLE at createOrder: Subgraph "users" is unavailable']);
  assert.equal(countRows(env.ORDERS_DATABASE, 'orders'), 1);
  for (const { text } of [query, mutation]) assertTellsNothing(text);

  await start(t, 'subgraphs/users', env);
  const again = await until(() => ask(url, ORDERS), isAnswered);
  assert.deepEqual(again.data, { orders: [{ user: { name: 'Ada Lovelace' } }] });
  await createOrder(url, ada);
  assert.equal(countRows(env.ORDERS_DATABASE, 'orders'), 2);
  assert.equal(hasExited, false);
});
