import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from './config.ts';

test('the users subgraph runs on this machine, on a file of its own, where nothing is set', () => {
  const { port, host, databasePath } = readConfig({});
  assert.equal(port, 4001);
  assert.equal(host, '127.0.0.1');
  assert.equal(databasePath, join(import.meta.dirname, '..', 'data', 'users.sqlite'));
});

test('the users subgraph runs where it is told to', () => {
  const { port, databasePath } = readConfig({ USERS_PORT: '5001', USERS_DATABASE: '/var/lib/users.sqlite' });
  assert.equal(port, 5001);
  assert.equal(databasePath, '/var/lib/users.sqlite');
});

test('the users subgraph tells every mistake in its environment at once', () => {
  assert.throws(() => readConfig({ USERS_PORT: '99999', LOG_FORMAT: 'xml' }), {
    name: 'ConfigurationError',
    message:
      "The environment can't be used:\n" +
      '  LOG_FORMAT=xml: give pretty or json\n' +
      '  USERS_PORT=99999: give a whole number from 0 to 65535',
  });
});
