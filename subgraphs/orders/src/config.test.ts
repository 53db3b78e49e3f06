import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from './config.ts';

test('the orders subgraph runs on this machine, on a file of its own, beside users and products, where nothing is set', () => {
  const { port, host, databasePath, users, products, checkoutTimeoutMs, failpoint } = readConfig({});
  assert.equal(port, 4002);
  assert.equal(host, '127.0.0.1');
  assert.equal(databasePath, join(import.meta.dirname, '..', 'data', 'orders.sqlite'));
  assert.deepEqual(users, { url: 'http://127.0.0.1:4001/graphql', timeoutMs: 2000 });
  assert.deepEqual(products, { url: 'http://127.0.0.1:4003/graphql', timeoutMs: 2000 });
  assert.equal(checkoutTimeoutMs, 4000);
  assert.equal(failpoint, undefined);
});

test('the orders subgraph asks users where it is told to', () => {
  const { users } = readConfig({ USERS_URL: 'https://users.test/graphql', USERS_TIMEOUT_MS: '500' });
  assert.deepEqual(users, { url: 'https://users.test/graphql', timeoutMs: 500 });
});

test('the orders subgraph reserves stock where it is told to, and gives a checkout the time it is told to', () => {
  const env = { PRODUCTS_URL: 'https://products.test/graphql', PRODUCTS_TIMEOUT_MS: '500', CHECKOUT_TIMEOUT_MS: '900' };
  const { products, checkoutTimeoutMs } = readConfig(env);
  assert.deepEqual(products, { url: 'https://products.test/graphql', timeoutMs: 500 });
  assert.equal(checkoutTimeoutMs, 900);
});

test('the orders subgraph starts with a failpoint in a test alone', () => {
  assert.equal(readConfig({ FAILPOINT: 'order-written', NODE_ENV: 'test' }).failpoint, 'order-written');
  for (const NODE_ENV of ['production', 'development', undefined]) {
    assert.throws(() => readConfig({ FAILPOINT: 'order-written', NODE_ENV }), { name: 'ConfigurationError' });
  }
});

test('the orders subgraph tells every mistake in its environment at once', () => {
  assert.throws(() => readConfig({ ORDERS_PORT: 'x', USERS_URL: 'users:4001', USERS_TIMEOUT_MS: '0' }), {
    name: 'ConfigurationError',
    message:
      "The environment can't be used:\n" +
      '  ORDERS_PORT=x: give a whole number from 0 to 65535\n' +
      '  USERS_URL=users:4001: give an address that starts with http:// or https://\n' +
      '  USERS_TIMEOUT_MS=0: give a whole number of milliseconds, 1 or more',
  });
});
