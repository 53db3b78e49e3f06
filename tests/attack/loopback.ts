import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { start } from '../harness/graph.ts';
import { targets } from './usual-targets.ts';

/** Addresses of this machine in networks, without link-local ones, which need the name of an interface. */
const OUTSIDE = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
  .map(({ address }) => address);

/** Addresses to try. The loopback addresses other than 127.0.0.1 are for machines without a network. */
const ADDRESSES = [...OUTSIDE, ...(process.platform === 'linux' ? ['127.0.0.2'] : []), '::1'];

for (const { name, process } of targets) {
  test(`${name} listens on the loopback interface only`, async () => {
    assert.ok(await isOpen('127.0.0.1', process.port));
    for (const address of ADDRESSES) assert.equal(await isOpen(address, process.port), false, address);
  });
}

test('listens on another address if it is configured', async (t) => {
  const { port } = await start(t, 'gateway', { HOST: '0.0.0.0' });
  const [address = '127.0.0.1'] = ADDRESSES.filter((address) => !address.includes(':'));
  assert.ok(await isOpen(address, port), address);
});

async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
