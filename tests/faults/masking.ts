import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, ask, createOrder, createUser, errorsOf } from '../harness/client.ts';
import { assertTellsNothing } from '../harness/leaks.ts';
import { changeRows, countRows } from '../harness/rows.ts';
import { beginAnew, graph } from './graph.ts';

// It breaks users for good, so it comes last.
test('gives the client an id for an unexpected failure, and logs the error under it', async () => {
  await beginAnew();
  const user = await createUser(graph.url, 'ada@example.com');
  await createOrder(graph.url, user);
  changeRows(graph.databaseOf('users'), 'drop table users');

  const answer = await ask(graph.url, '{ users { name } }');
  assert.equal(answer.data, null);
  assert.deepEqual(errorsOf(answer), ['INTERNAL_SERVER_ERROR at users: Internal server error']);
  assertTellsNothing(answer.text);
  const inGateway = await graph.gateway.logged(({ id }) => id === idOf(answer));
  assert.equal(inGateway.level, 'error');
  const inUsers = await graph.users.logged(({ msg }) => msg === 'unexpected error');
  assert.match(JSON.stringify(inUsers.err), /no such table: users|relation \\"users\\" does not exist/);
  assert.ok(JSON.stringify(inGateway.err).includes(String(inUsers.id)), 'the one log leads to the other');

  const nested = await ask(graph.url, '{ orders { id user { name } } }');
  assert.deepEqual(nested.data, { orders: [{ id: '1', user: null }] });
  assert.deepEqual(errorsOf(nested), ['INTERNAL_SERVER_ERROR at orders.0.user: Internal server error']);
  assertTellsNothing(nested.text);
  assert.notEqual(idOf(nested), idOf(answer));

  const unverified = await ask(graph.url, `mutation { createOrder(userId: ${user}, amount: 1) { id } }`);
  assert.deepEqual(errorsOf(unverified), ['SUBGRAPH_UNAVAILABLE at createOrder: Subgraph "users" is unavailable']);
  assertTellsNothing(unverified.text);
  assert.equal(countRows(graph.databaseOf('orders'), 'orders'), 1);
});

/** Returns the id that the client sees. */
function idOf({ errors }: Answer<unknown>): unknown {
  const id = errors?.[0]?.extensions.id;
  assert.equal(typeof id, 'string');
  return id;
}
