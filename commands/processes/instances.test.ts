import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instancesOf } from './instances.ts';

test('a number of gateways is a whole number', () => {
  assert.equal(instancesOf({}), 1);
  assert.equal(instancesOf({ GATEWAY_INSTANCES: ' ' }), 1);
  assert.equal(instancesOf({ GATEWAY_INSTANCES: '12' }), 12);
  for (const value of ['0', '-1', '1.5', '1e2', '1000', 'Max', '0x2', 'NaN'])
    assert.throws(() => instancesOf({ GATEWAY_INSTANCES: value }), new RegExp(`=${value}: give a whole number`));
});
