import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from './config.ts';

test('the products subgraph runs on this machine, on a file of its own, where nothing is set', () => {
  const { port, host, databasePath, failpoint } = readConfig({});
  assert.equal(port, 4003);
  assert.equal(host, '127.0.0.1');
  assert.equal(databasePath, join(import.meta.dirname, '..', 'data', 'products.sqlite'));
  assert.equal(failpoint, undefined);
});

test('the products subgraph runs where it is told to', () => {
  const { port, databasePath } = readConfig({ PRODUCTS_PORT: '5003', PRODUCTS_DATABASE: '/var/lib/products.sqlite' });
  assert.equal(port, 5003);
  assert.equal(databasePath, '/var/lib/products.sqlite');
});

test('the products subgraph tells a mistake in its environment', () => {
  assert.throws(() => readConfig({ PRODUCTS_PORT: '99999', FAILPOINT: 'x', NODE_ENV: 'test' }), {
    name: 'ConfigurationError',
    message:
      /PRODUCTS_PORT=99999: give a whole number from 0 to 65535\n {2}FAILPOINT=x: give one of reservation-received, /,
  });
});
