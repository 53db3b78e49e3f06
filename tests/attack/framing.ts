import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { sendJson, type Target } from '../harness/targets.ts';
import { targets } from './usual-targets.ts';

// Requests with a wrong length or form. They are rejected or cut off, and no data after them is taken for a request:
// https://www.rfc-editor.org/rfc/rfc9112#section-11.2

const BODY = '{"query":"{ __typename }"}';
const ANSWERED = '{"data":{"__typename":"Query"}}';
/** A second request, which must never be answered. */
const HIDDEN = 'GET /health/live HTTP/1.1\r\nhost: hidden\r\n\r\n';

const REFUSED: [name: string, headers: string, body: string][] = [
  ['a length that is negative', 'content-length: -1', BODY],
  ['a length that is no number', 'content-length: 2x', BODY],
  ['a length with a sign', `content-length: +${BODY.length}`, BODY],
  ['two lengths', `content-length: ${BODY.length}\r\ncontent-length: 3`, BODY],
  ['a length, and chunks', `content-length: ${BODY.length}\r\ntransfer-encoding: chunked`, `0\r\n\r\n${HIDDEN}`],
  ['chunks of no length', 'transfer-encoding: chunked', `x\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`],
  ['an unknown transfer encoding', 'transfer-encoding: gzip', `${BODY}${HIDDEN}`],
  ['a line that ends early', `content-length: ${BODY.length}\rx: y`, BODY],
  ['a header with a NUL', `content-length: ${BODY.length}\r\nx: \u0000`, BODY],
  ['a header without a name', `content-length: ${BODY.length}\r\n: x`, BODY],
  ['headers of 64 KB', `content-length: ${BODY.length}\r\nx: ${'x'.repeat(65_536)}`, BODY],
  ['a length that is too short', 'content-length: 9', BODY],
];

for (const target of targets) {
  describe(`${target.name} rejects`, () => {
    for (const [name, headers, body] of REFUSED) {
      test(name, async () => {
        const answer = await exchange(target, headers, body);
        assert.match(answer, /^HTTP\/1\.1 4\d\d /);
        assert.doesNotMatch(answer, /HTTP\/1\.1 [235]\d\d /);
      });
    }

    test('a body that ends before its length', async () => {
      const answer = await exchange(target, 'content-length: 1000', BODY);
      assert.match(answer, /^(HTTP\/1\.1 400 .*)?$/s);
    });

    test('and still answers a valid request', async () => {
      const last = 'connection: close\r\n';
      assert.match(await exchange(target, `${last}content-length: ${BODY.length}`, BODY, 'waits'), /^HTTP\/1\.1 200 /);
      const chunks = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
      assert.ok((await exchange(target, `${last}transfer-encoding: chunked`, chunks, 'waits')).includes(ANSWERED));
      assert.equal((await (await sendJson(target, JSON.parse(BODY))).text()).trim(), ANSWERED);
      assert.deepEqual(
        target.process.logs.filter(({ level }) => level === 'error'),
        [],
      );
    });
  });
}

/**
 * Sends a request on a connection of its own, and resolves with everything that comes back.
 *
 * @param client `waits` for an answer, or `leaves` once it has sent the request: it then closes its side, which aborts what is
 *   done for it
 */
async function exchange(
  { process: { port }, headers }: Target,
  framing: string,
  body: string,
  client: 'leaves' | 'waits' = 'leaves',
): Promise<string> {
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const lines = `${own.join('')}content-type: application/json\r\n${framing}\r\n`;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {}); // a reset, because it sent more than was read
  const closed = once(socket, 'close').catch(() => {});
  socket.write(Buffer.from(`POST /graphql HTTP/1.1\r\nhost: test\r\n${lines}\r\n${body}`, 'latin1'));
  if (client === 'leaves') socket.end();
  socket.once('end', () => socket.destroy());
  await closed;
  return received;
}
