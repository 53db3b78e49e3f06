import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ordersSubgraph } from './subgraph.ts';

const PEERS = { USERS_URL: 'https://users.test/graphql', PRODUCTS_URL: 'https://products.test/graphql' };

const read = (env: NodeJS.ProcessEnv = {}) => ordersSubgraph.readConfig({ ...PEERS, ...env });

test('orders calls users and products at the given addresses, and waits 2 s for each call and 4 s for a checkout', () => {
  const { peers, checkoutTimeoutMs } = read();
  assert.deepEqual(peers.users, { urls: [PEERS.USERS_URL], timeoutMs: 2000, secret: undefined });
  assert.deepEqual(peers.products, { urls: [PEERS.PRODUCTS_URL], timeoutMs: 2000, secret: undefined });
  assert.equal(checkoutTimeoutMs, 4000);
});

test('orders waits as long as the environment says', () => {
  const env = { USERS_TIMEOUT_MS: '500', PRODUCTS_TIMEOUT_MS: '600', CHECKOUT_TIMEOUT_MS: '900' };
  const { peers, checkoutTimeoutMs } = read(env);
  assert.deepEqual([peers.users.timeoutMs, peers.products.timeoutMs, checkoutTimeoutMs], [500, 600, 900]);
});

test('orders knows the secrets of users and products', () => {
  const { peers } = read({ USERS_SECRET: 'the secret of users', PRODUCTS_SECRET: 'the one of products' });
  assert.deepEqual([peers.users.secret, peers.products.secret], ['the secret of users', 'the one of products']);
});

test('orders does not start without the addresses of users and products', () => {
  assert.throws(() => read({ USERS_URL: undefined, PRODUCTS_URL: '', USERS_TIMEOUT_MS: '0' }), {
    name: 'ConfigurationError',
    message:
      "The environment can't be used:\n" +
      '  USERS_URL=: give an address that starts with http://, https:// or unix:///\n' +
      '  USERS_TIMEOUT_MS=0: give a whole number of milliseconds from 1 to 2147483647\n' +
      '  PRODUCTS_URL=: give an address that starts with http://, https:// or unix:///',
  });
});
