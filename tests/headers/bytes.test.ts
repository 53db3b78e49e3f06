import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { startGateway } from '../harness/things.ts';

const RULE = '[{ propagate: { named: x-name } }]';
const gateway = await startGateway({ after }, { gateway: `headers: { request: ${RULE}, response: ${RULE} }` });

/** Sends a query with a header of these bytes, and returns the bytes of the response's header. */
async function echo(value: Buffer): Promise<Buffer> {
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const body = '{"query":"{ thing { id } }"}';
  const head = `POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nx-name: `;
  socket.write(Buffer.concat([Buffer.from(head), value, Buffer.from(`\r\n\r\n${body}`)]));
  const response = (await buffer(socket)).toString('latin1');
  const found = /\r\nx-name: (.*?)\r\n/i.exec(response.slice(0, response.indexOf('\r\n\r\n') + 2));
  return Buffer.from(found?.[1] ?? `no header in ${response}`, 'latin1');
}

for (const [encoding, value] of [
  ['ISO 8859-1', Buffer.from('Jos\xe9', 'latin1')],
  ['UTF-8', Buffer.from('José 漢字 🎉')],
  ['every byte that may be in a header', Buffer.from(Array.from({ length: 128 }, (_, index) => 128 + index))],
] as const) {
  test(`passes the bytes of a header as they came, to the subgraph and to the client: ${encoding}`, async () => {
    let received: unknown;
    gateway.reply = (_, { headers }) => {
      received = headers['x-name'];
      return { headers: { 'x-name': String(received) } };
    };
    const returned = await echo(value);
    assert.deepEqual(Buffer.from(String(received), 'latin1'), value, 'to the subgraph');
    assert.deepEqual(returned, value, 'to the client');
  });
}
