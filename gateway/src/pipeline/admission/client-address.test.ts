import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOfAddress } from './client-address.ts';

const ADDRESSES: Record<string, string[]> = {
  '192.0.2.1': ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201', '192.0.2.1:4711', '[::ffff:192.0.2.1]:4711'],
  '2001:db8:0:7::/64': [
    '2001:db8:0:7::1',
    '2001:DB8:0:7:ffff:ffff:ffff:ffff',
    '2001:0db8::7:1:2:3:4',
    '[2001:db8:0:7::2]:443',
  ],
  '2001:db8:0:8::/64': ['2001:db8:0:8::1'],
  '0:0:0:0::/64': ['::1'],
  'fe80:0:0:0::/64': ['fe80::1%eth0'],
  unknown: ['unknown'],
  'a:b': ['a:b'],
};

for (const [client, addresses] of Object.entries(ADDRESSES)) {
  test(`identifies ${addresses.join(', ')} as ${client}`, () => {
    for (const address of addresses) assert.equal(clientOfAddress(address), client);
  });
}
