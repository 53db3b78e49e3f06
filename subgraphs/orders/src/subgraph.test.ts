import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { knows, servePeer } from '@lockstep/subgraph-kit/testing/peer-server.ts';
import { serveSubgraph } from '@lockstep/subgraph-kit/testing/serve-subgraph.ts';
import { ordersSubgraph } from './subgraph.ts';

/** An address at which nothing answers. */
const NOBODY = 'http://127.0.0.1:1/graphql';
const CREATE_ORDER = 'mutation ($userId: ID!) { createOrder(userId: $userId, amount: "1") { id } }';
const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Order { id amount } ... on User { id orders(first: 2) { id } } }
}`;

/** Serves the orders subgraph on an empty database, beside a users subgraph that has the users 1 to 200. */
async function startOrders(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const users = await servePeer(t, knows(...Array.from({ length: 200 }, (_, index) => String(index + 1))));
  return serveSubgraph(t, ordersSubgraph, { PRODUCTS_URL: NOBODY, USERS_URL: users.url, ...env });
}

/** Serves the orders subgraph with the orders 1, 2, 3 … of these users. */
async function startOrdersOf(t: TestContext, ...userIds: string[]) {
  const served = await startOrders(t);
  for (const userId of userIds) await served.ask(CREATE_ORDER, { userId });
  served.log.clear();
  return served;
}

describe('the orders subgraph', () => {
  test('creates an order and finds it', async (t) => {
    const { ask } = await startOrders(t);
    const { data, errors } = await ask(
      'mutation { createOrder(userId: 1, amount: 10.50) { id userId user { id } amount status createdAt } }',
    );
    assert.equal(errors, undefined);
    assert.match(
      JSON.stringify(data),
      /^\{"createOrder":\{"id":"1","userId":"1","user":\{"id":"1"\},"amount":"10.50","status":"PENDING","createdAt":"\d{4}-\d\d-\d\dT[\d:.]+Z"\}\}$/,
    );
    const found = await ask('{ order(id: "1") { userId amount status } }');
    assert.deepEqual(found.data, { order: { userId: '1', amount: '10.50', status: 'PENDING' } });
  });

  for (const amount of ['10.50', 10.5, '10.5']) {
    test(`takes the amount ${JSON.stringify(amount)} as a variable`, async (t) => {
      const { ask } = await startOrders(t);
      const { data } = await ask('mutation ($amount: Money!) { createOrder(userId: 1, amount: $amount) { amount } }', {
        amount,
      });
      assert.deepEqual(data, { createOrder: { amount: '10.50' } });
    });
  }

  test('reports what is wrong with an amount', async (t) => {
    const { ask } = await startOrders(t);
    const { data, errors } = await ask('mutation { createOrder(userId: 1, amount: 10.505) { id } }');
    assert.equal(data, null);
    assert.equal(errors?.[0]?.message, 'amount: "10.505" must have at most two decimals');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'BAD_USER_INPUT', argument: 'amount' });
  });

  test('reports that there is no such user', async (t) => {
    const { ask } = await startOrders(t);
    const { data, errors } = await ask(CREATE_ORDER, { userId: '999' });
    assert.equal(data, null);
    assert.equal(errors?.[0]?.message, 'userId: there is no user 999');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'USER_NOT_FOUND' });
    assert.deepEqual((await ask('{ orders { id } }')).data, { orders: [] });
  });

  test('says that users is unavailable, and nothing about its address', async (t) => {
    const { ask, log } = await startOrders(t, { USERS_URL: NOBODY });
    const answer = await ask(CREATE_ORDER, { userId: '1' });
    assert.equal(answer.errors?.[0]?.message, 'Subgraph "users" is unavailable');
    const { id, ...extensions } = answer.errors?.[0]?.extensions ?? {};
    assert.deepEqual(extensions, { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' });
    assert.ok(log.lines.some((line) => line.id === id && /failed: /.test(String(line.msg))));
    assert.doesNotMatch(JSON.stringify(answer), /127\.0\.0\.1|ECONNREFUSED/);
  });

  test('returns null for an order that does not exist', async (t) => {
    const { ask } = await startOrders(t);
    assert.deepEqual(await ask('{ order(id: "99") { id } }'), { status: 200, data: { order: null } });
  });

  test('lists orders page by page, of all users and of one', async (t) => {
    const { ask } = await startOrdersOf(t, '1', '2', '1');
    const { data } = await ask(`{
      all: orders(first: 2) { id }
      next: orders(first: 2, after: 2) { id }
      ofOne: orders(userId: 1) { id }
      nextOfOne: orders(userId: 1, after: 1) { id }
    }`);
    assert.deepEqual(data, {
      all: [{ id: '1' }, { id: '2' }],
      next: [{ id: '3' }],
      ofOne: [{ id: '1' }, { id: '3' }],
      nextOfOne: [{ id: '3' }],
    });
  });

  for (const [args, message] of [
    ['first: 0', 'first: 0 must be from 1 to 100'],
    ['first: 101', 'first: 101 must be from 1 to 100'],
    ['after: "x"', 'after: "x" must be an id: a whole number from 1, such as "42"'],
    ['userId: "x"', 'userId: "x" must be an id: a whole number from 1, such as "42"'],
  ]) {
    test(`lists no orders with ${args}`, async (t) => {
      const { ask } = await startOrders(t);
      const { errors } = await ask(`{ orders(${args}) { id } }`);
      assert.equal(errors?.[0]?.message, message);
      assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
    });
  }
});

describe("the orders subgraph's entities", () => {
  const orders = (...ids: unknown[]) => ids.map((id) => ({ __typename: 'Order', id }));
  const users = (...ids: unknown[]) => ids.map((id) => ({ __typename: 'User', id }));

  test('come in the order of their representations, null for an unknown or malformed one, in one statement', async (t) => {
    const { ask, log } = await startOrdersOf(t, '1', '1');
    const { data } = await ask(ENTITIES, { representations: orders('2', '99', 'x', '1') });
    assert.deepEqual(data, {
      _entities: [{ id: '2', amount: '1.00' }, null, null, { id: '1', amount: '1.00' }],
    });
    assert.equal(log.statements().length, 1);
  });

  test("are users' orders, too, in one statement for all users", async (t) => {
    const { ask, log } = await startOrdersOf(t, '1', '2', '1', '1');
    const { data } = await ask(ENTITIES, { representations: users('2', '1', '99', 'x') });
    assert.deepEqual(data, {
      _entities: [
        { id: '2', orders: [{ id: '2' }] },
        { id: '1', orders: [{ id: '1' }, { id: '3' }] },
        { id: '99', orders: [] },
        { id: 'x', orders: [] },
      ],
    });
    assert.equal(log.statements().length, 1);
  });

  test("are two pages of one user's orders in one statement", async (t) => {
    const { ask, log } = await startOrdersOf(t, '1', '1', '1');
    const { data } = await ask(
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on User { head: orders(first: 1) { id } tail: orders(after: 1) { id } } } }`,
      { representations: users('1') },
    );
    assert.deepEqual(data, { _entities: [{ head: [{ id: '1' }], tail: [{ id: '2' }, { id: '3' }] }] });
    assert.equal(log.statements().length, 1);
  });

  test("are any number of users' orders, a hundred in a statement", async (t) => {
    const ids = Array.from({ length: 150 }, (_, index) => String(index + 1));
    const { ask, log } = await startOrdersOf(t, '1', '150');
    const { data } = await ask(ENTITIES, { representations: users(...ids) });
    assert.deepEqual(data, {
      _entities: ids.map((id) => ({ id, orders: id === '1' ? [{ id: '1' }] : id === '150' ? [{ id: '2' }] : [] })),
    });
    assert.equal(log.statements().length, 2);
  });

  test('cost an error, and nothing but their orders, if the page is malformed', async (t) => {
    const { ask } = await startOrders(t);
    const { data, errors } = await ask(
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on User { id orders(first: 0) { id } } } }`,
      { representations: users('1') },
    );
    assert.deepEqual(data, { _entities: [{ id: '1', orders: null }] });
    assert.equal(errors?.[0]?.message, 'first: 0 must be from 1 to 100');
    assert.deepEqual(errors?.[0]?.path, ['_entities', 0, 'orders']);
  });
});
