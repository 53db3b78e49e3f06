import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { outageOf } from '@lockstep/runtime/testing/outage.ts';
import { freePort, urlOf } from '@lockstep/runtime/testing/test-server.ts';
import { PeerClient } from '@lockstep/subgraph-kit/peer-client.ts';
import { answers, hangs, hangsUp, knows, servePeer } from '@lockstep/subgraph-kit/testing/peer-server.ts';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { type CreateOrderInput, createOrder } from './create-order.ts';
import { migrations } from './database/migrations.ts';
import type { Tables } from './database/tables.ts';

const TIMEOUT_MS = 500;
const NO_SECRET = { secret: undefined };
const INPUT = { userId: '1', amount: '10.50' };
const WITH_KEY = { ...INPUT, idempotencyKey: 'k' };

const UNAVAILABLE = {
  message: 'Subgraph "users" is unavailable',
  extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' },
};
const TOO_LATE = {
  message: 'Subgraph "users" did not respond within 500 ms',
  extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'users', timeoutMs: TIMEOUT_MS },
};
const REUSED = {
  message: 'idempotencyKey: this key was used before, for another order of this user; use a new key for a new order',
  extensions: { code: 'IDEMPOTENCY_KEY_REUSED' },
};

/** An empty orders database, and createOrder on it and on the users subgraph at this address. */
async function ordersBeside(t: TestContext, usersUrl: string, timeoutMs = TIMEOUT_MS) {
  const { db, log } = await testDatabase<Tables>(t, migrations);
  const { logger } = recordLog();
  const usersClient = new PeerClient(
    'users',
    { urls: [usersUrl], timeoutMs, secret: undefined },
    { config: NO_SECRET, logger },
  );
  t.after(() => usersClient.close());
  return {
    log,
    create: (input: CreateOrderInput, signal = new AbortController().signal) =>
      createOrder({ db, usersClient, signal }, input),
    rows: () => db.selectFrom('orders').select(['user_id', 'amount_minor', 'idempotency_key']).execute(),
  };
}

/** The same, beside a server in the place of users. By default it answers, and has the users 1 and 2. */
async function setUp(t: TestContext, listener: RequestListener = knows('1', '2'), timeoutMs?: number) {
  const users = await servePeer(t, listener);
  return { users, ...(await ordersBeside(t, users.url, timeoutMs)) };
}

describe('createOrder', () => {
  test('returns the order', async (t) => {
    const { create, users } = await setUp(t, knows('1'), 5000);
    const before = Date.now();
    const { createdAt, ...order } = await create(INPUT);
    assert.deepEqual(order, { id: '1', userId: '1', amount: 1050, status: 'PENDING' });
    assert.ok(createdAt.getTime() >= before && createdAt.getTime() <= Date.now());
    assert.equal(users.calls(), 1);
  });

  test('refuses a user who does not exist', async (t) => {
    const { create, rows } = await setUp(t, knows('1'), 5000);
    await assert.rejects(create({ userId: '2', amount: '10.50' }), {
      message: 'userId: there is no user 2',
      extensions: { code: 'USER_NOT_FOUND' },
    });
    assert.deepEqual(await rows(), []);
  });

  const refused: [name: string, input: CreateOrderInput, argument: string, message: string][] = [
    ['userId', { ...INPUT, userId: 'x' }, 'userId', '"x" must be an id: a whole number from 1, such as "42"'],
    ['amount', { ...INPUT, amount: 0 }, 'amount', '0 must be more than zero'],
    ['amount with three decimals', { ...INPUT, amount: '1.005' }, 'amount', '"1.005" must have at most two decimals'],
    ['empty key', { ...INPUT, idempotencyKey: ' ' }, 'idempotencyKey', '" " must not be empty'],
    [
      'long key',
      { ...INPUT, idempotencyKey: 'k'.repeat(256) },
      'idempotencyKey',
      `"${'k'.repeat(79)}… must be at most 255 characters`,
    ],
  ];
  for (const [name, input, argument, message] of refused) {
    test(`refuses a malformed ${name} before it asks anybody anything`, async (t) => {
      const { create, users, log } = await setUp(t);
      await assert.rejects(create(input), {
        message: `${argument}: ${message}`,
        extensions: { code: 'BAD_USER_INPUT', argument },
      });
      assert.equal(users.calls(), 0);
      assert.deepEqual(log.statements(), []);
    });
  }
});

describe('createOrder writes nothing', () => {
  const failures: [name: string, listener: RequestListener][] = [
    ['answers 500 with HTML', answers(500, '<h1>Internal Server Error</h1>')],
    ['answers 200 with garbage', answers(200, '}{')],
    ['hangs up', hangsUp],
  ];
  for (const [name, listener] of failures) {
    test(`if users ${name}`, async (t) => {
      const { create, rows, users } = await setUp(t, listener, 5000);
      await outageOf(create(INPUT), 'users');
      assert.deepEqual(await rows(), []);
      assert.equal(users.calls(), 1);
    });
  }

  test('if users answers with an error, which is in its own log', async (t) => {
    const listener = answers(200, { data: { user: null }, errors: [{ message: 'boom' }] });
    const { create, rows, users } = await setUp(t, listener, 5000);
    await assert.rejects(create(INPUT), UNAVAILABLE);
    assert.deepEqual(await rows(), []);
    assert.equal(users.calls(), 1);
  });

  test('if users is down', async (t) => {
    const { create, rows } = await ordersBeside(t, urlOf(await freePort(t)), 5000);
    const start = performance.now();
    await outageOf(create(INPUT), 'users');
    assert.ok(performance.now() - start < 2000);
    assert.deepEqual(await rows(), []);
  });

  test('if users hangs, and says so at the deadline', async (t) => {
    const { create, rows } = await setUp(t, hangs);
    const start = performance.now();
    await assert.rejects(create(INPUT), TOO_LATE);
    const ms = performance.now() - start;
    assert.ok(ms > TIMEOUT_MS - 50 && ms < TIMEOUT_MS + 1700, `it took ${ms} ms`);
    assert.deepEqual(await rows(), []);
  });

  test('if the client leaves before users answered', async (t) => {
    const asked = Promise.withResolvers<void>();
    const { create, rows } = await setUp(t, () => asked.resolve(), 5000);
    const leaving = new AbortController();
    const order = create(INPUT, leaving.signal);
    await asked.promise;
    leaving.abort();
    await assert.rejects(order, UNAVAILABLE);
    assert.deepEqual(await rows(), []);
  });
});

describe('an idempotency key', () => {
  test('returns the first order again, for the same arguments', async (t) => {
    const { create, rows, users } = await setUp(t, knows('1'), 5000);
    const first = await create(WITH_KEY);
    const second = await create({ userId: '1', amount: 10.5, idempotencyKey: ' k ' });
    assert.deepEqual(second, first);
    assert.equal((await rows()).length, 1);
    assert.equal(users.calls(), 1);
  });

  test('makes one order of ten submissions at the same moment', async (t) => {
    const { create, rows } = await setUp(t, knows('1'), 5000);
    const orders = await Promise.all(Array.from({ length: 10 }, () => create(WITH_KEY)));
    for (const order of orders) assert.deepEqual(order, orders[0]);
    assert.deepEqual(await rows(), [{ user_id: 1, amount_minor: 1050, idempotency_key: 'k' }]);
  });

  test('belongs to its user: another one orders with it too', async (t) => {
    const { create, rows } = await setUp(t, knows('1', '2'), 5000);
    const ids = [];
    for (const userId of ['1', '2', '1', '2']) ids.push((await create({ ...WITH_KEY, userId })).id);
    assert.deepEqual(ids, ['1', '2', '1', '2']);
    assert.equal((await rows()).length, 2);
  });

  test('is refused with another amount, and changes nothing', async (t) => {
    const { create, rows } = await setUp(t, knows('1', '2'), 5000);
    await create(WITH_KEY);
    await assert.rejects(create({ ...WITH_KEY, amount: '10.51' }), REUSED);
    assert.deepEqual(await rows(), [{ user_id: 1, amount_minor: 1050, idempotency_key: 'k' }]);
  });

  test('is refused to one of two that use it for different orders at the same moment', async (t) => {
    const { create, rows } = await setUp(t, knows('1'), 5000);
    const results = await Promise.allSettled([create(WITH_KEY), create({ ...WITH_KEY, amount: '20' })]);
    const failed = results.filter((result) => result.status === 'rejected');
    assert.equal(failed.length, 1);
    await assert.rejects(Promise.reject(failed[0]?.reason), REUSED);
    assert.equal((await rows()).length, 1);
  });

  test('returns the order again while users is down', async (t) => {
    const { create, users } = await setUp(t, knows('1'), 5000);
    const first = await create(WITH_KEY);
    await users.close();
    assert.deepEqual(await create(WITH_KEY), first);
  });

  test('finds out after a timeout: it creates the order then, once', async (t) => {
    let isSlow = true;
    const { create, rows } = await setUp(t, (request, response) => {
      if (!isSlow) return knows('1')(request, response);
    });
    await assert.rejects(create(WITH_KEY), TOO_LATE);
    isSlow = false;
    const order = await create(WITH_KEY);
    assert.deepEqual(await create(WITH_KEY), order);
    assert.equal((await rows()).length, 1);
  });

  test('of another order is another order', async (t) => {
    const { create } = await setUp(t, knows('1'), 5000);
    const first = await create(WITH_KEY);
    const second = await create({ ...WITH_KEY, idempotencyKey: 'l' });
    assert.notEqual(second.id, first.id);
  });

  test('is needed: without one each submission is an order', async (t) => {
    const { create, rows } = await setUp(t, knows('1'), 5000);
    await Promise.all(Array.from({ length: 10 }, () => create({ ...INPUT, idempotencyKey: null })));
    assert.equal((await rows()).length, 10);
  });
});
