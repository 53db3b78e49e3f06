import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { heapGrowth } from '../../testing/heap-growth.ts';
import { exchange, openSocket } from '../../testing/raw-http.ts';
import { CLIENT_LIMITS, type ClientLimits, MAX_CONNECTION_BYTES, maxConnections } from './client-limits.ts';
import { type Handler, listen } from './server.ts';

const LIMITS: ClientLimits = {
  headersMs: 300,
  requestMs: 600,
  answerMs: 300,
  checkMs: 50,
  headers: 10,
  connections: 100,
};
const REQUEST = 'GET / HTTP/1.1\r\nhost: test\r\n\r\n';

/** More data than the system buffers for a client that reads nothing. */
const LARGE_BYTES = 64 * 1024 * 1024;

const answersOnceRead: Handler = (request, response) => {
  request.on('error', () => {}).once('end', () => response.end('answered'));
  request.resume();
};

async function serve(t: TestContext, handler: Handler, limits: Partial<ClientLimits> = {}): Promise<number> {
  const options = { host: '127.0.0.1', port: 0, portVariable: 'TEST_PORT', drainDelayMs: 0 };
  const listening = await listen(handler, options, { ...LIMITS, ...limits });
  t.after(() => listening.stop());
  return listening.port;
}

/** Sends one byte after the other until the server closes the connection. */
async function trickle(socket: Socket, bytes: string): Promise<string> {
  const answer = text(socket);
  const closed = once(socket, 'close').catch(() => {}); // reset, because of the byte that came too late
  socket.on('error', () => {});
  for (const byte of bytes) {
    if (socket.destroyed) break;
    socket.write(byte);
    await Promise.race([delay(20), closed]);
  }
  return answer.catch(() => '');
}

describe('a client that takes too long', () => {
  const requests: [name: string, request: string][] = [
    ['with the headers', `GET / HTTP/1.1\r\nx: ${'x'.repeat(10_000)}`],
    ['with the body', `POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 10000\r\n\r\n${'x'.repeat(10_000)}`],
  ];
  for (const [name, request] of requests) {
    test(`${name} loses its connection, with a response unless its next byte crosses that`, async (t) => {
      const socket = await openSocket(t, await serve(t, answersOnceRead));
      const head = request.includes('\r\n\r\n') ? request.indexOf('\r\n\r\n') + 4 : 0;
      socket.write(request.slice(0, head));
      const answer = await trickle(socket, request.slice(head));
      assert.ok(socket.bytesWritten < request.length, 'it was let finish');
      assert.match(answer, /^(HTTP\/1\.1 408 .*)?$/s);
    });
  }

  test('to send the first byte gets a response, and loses its connection', async (t) => {
    const socket = await openSocket(t, await serve(t, answersOnceRead));
    assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  });

  test('to read its response loses it and the connection', async (t) => {
    const closed = Promise.withResolvers<boolean>();
    const port = await serve(t, (_request, response) => {
      response.once('close', () => closed.resolve(response.writableFinished)).end(Buffer.alloc(LARGE_BYTES));
    });
    const socket = await openSocket(t, port);
    socket.pause().write(REQUEST);
    assert.equal(await closed.promise, false);
  });

  test('to read a response that is still being written loses it too', async (t) => {
    const closed = Promise.withResolvers<boolean>();
    const port = await serve(t, (_request, response) => {
      response.once('close', () => closed.resolve(response.writableFinished)).write(Buffer.alloc(LARGE_BYTES));
    });
    const socket = await openSocket(t, port);
    socket.pause().write(REQUEST);
    assert.equal(await closed.promise, false);
  });
});

describe('a client within the limits', () => {
  test('may send a second request on its connection later', async (t) => {
    const socket = await openSocket(t, await serve(t, answersOnceRead));
    for (let request = 0; request < 2; request += 1) {
      const answer = once(socket, 'data');
      socket.write(REQUEST);
      assert.match(String((await answer)[0]), /^HTTP\/1\.1 200 /);
      await delay(LIMITS.requestMs + 4 * LIMITS.checkMs); // idle for longer than a request may take
    }
  });

  test('may wait longer for a response than it may take to read it', async (t) => {
    const port = await serve(t, async (_request, response) => {
      response.write('fini');
      await delay(LIMITS.answerMs + 4 * LIMITS.checkMs);
      response.end('shed');
    });
    const response = await fetch(`http://127.0.0.1:${port}`);
    assert.equal(await response.text(), 'finished');
  });
});

test('closes connections beyond the limit at once, and accepts another when one has closed', async (t) => {
  const port = await serve(t, answersOnceRead, { connections: 2, headersMs: 60_000, requestMs: 60_000 });
  const [first] = [await openSocket(t, port), await openSocket(t, port)];
  const third = await openSocket(t, port);
  third.on('error', () => {}).resume();
  await once(third, 'close');
  const left = once(first, 'close');
  first.destroy();
  await left;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }).catch(() => undefined);
    if (answer === undefined) continue; // it hasn't noticed yet
    assert.equal(await answer.text(), 'answered');
    return;
  }
});

const request = (headers: number) =>
  `GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n${'x: y\r\n'.repeat(headers)}\r\n`;

test('refuses a request with more headers than the limit', async (t) => {
  const port = await serve(t, answersOnceRead);
  assert.match(await exchange(t, port, request(LIMITS.headers - 2)), /^HTTP\/1\.1 200 /);
  assert.match(await exchange(t, port, request(LIMITS.headers)), /^HTTP\/1\.1 431 /);
});

for (const [name, count, length] of [
  ['a thousand headers of some bytes', 990, 6],
  ['few headers of 16 KB together', 90, 165],
] as const) {
  test(`holds little for a connection that has sent ${name} without their end`, async (t) => {
    const { headers } = CLIENT_LIMITS;
    const port = await serve(t, answersOnceRead, { headers, connections: 200, headersMs: 60_000, requestMs: 60_000 });
    const connect = (part: string) =>
      heapGrowth(async () => {
        const sockets = await Promise.all(Array.from({ length: 90 }, () => openSocket(t, port)));
        for (const socket of sockets) socket.on('error', () => {}).write(`GET / HTTP/1.1\r\nhost: test\r\n${part}`);
        await exchange(t, port, request(0)); // the server has read the others by then
        return sockets;
      });
    const idle = await connect('');
    const lines = Array.from({ length: count }, (_, at) => `${1e8 + at}:`.slice(-4).padEnd(length, 'x'));
    const busy = await connect(lines.join('\r\n'));
    for (const socket of [...idle.result, ...busy.result]) socket.destroy();
    const held = (busy.bytes - idle.bytes) / 90;
    assert.ok(held < MAX_CONNECTION_BYTES, `${held} bytes of a connection`);
  });
}

test('accepts fewer connections if the heap is small', () => {
  const MB = 1024 * 1024;
  assert.equal(maxConnections(4096 * MB), 10_000);
  assert.ok(maxConnections(256 * MB) * MAX_CONNECTION_BYTES <= 64 * MB);
});
