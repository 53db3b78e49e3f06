import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment } from '@lockstep/runtime/environment.ts';
import { peers } from './peers.ts';

test('a peer has one address or several, a time limit of 2 s unless the environment says otherwise, and perhaps a secret', () => {
  const env = {
    GIFT_CARDS_URL: 'https://cards.test/graphql',
    USERS_URL: 'http://users.test/graphql, http://other-users.test/graphql',
    USERS_TIMEOUT_MS: '500',
    USERS_SECRET: 'the secret of users',
  };
  assert.deepEqual(readEnvironment(peers('gift-cards', 'users'), env), {
    peers: {
      'gift-cards': { urls: ['https://cards.test/graphql'], timeoutMs: 2000, secret: undefined },
      users: {
        urls: ['http://users.test/graphql', 'http://other-users.test/graphql'],
        timeoutMs: 500,
        secret: 'the secret of users',
      },
    },
  });
});

test('an address that is wrong or there twice is named', () => {
  for (const [urls, rule] of [
    ['http://users.test/graphql,', 'give an address that starts with http://, https:// or unix:///'],
    ['http://users.test/graphql,http://users.test/graphql', 'give each address once'],
  ]) {
    assert.throws(() => readEnvironment(peers('users'), { USERS_URL: urls }), {
      message: `The environment can't be used:\n  USERS_URL=${urls}: ${rule}`,
    });
  }
});

test('each variable of a peer that is missing or wrong is named', () => {
  assert.throws(() => readEnvironment(peers('users', 'products'), { USERS_TIMEOUT_MS: '0' }), {
    name: 'ConfigurationError',
    message: [
      "The environment can't be used:",
      'USERS_URL=: give an address that starts with http://, https:// or unix:///',
      'USERS_TIMEOUT_MS=0: give a whole number of milliseconds from 1 to 2147483647',
      'PRODUCTS_URL=: give an address that starts with http://, https:// or unix:///',
    ].join('\n  '),
  });
});
