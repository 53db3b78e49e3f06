import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { askGraphql } from '../../testing/graphql-request.ts';
import { serveGraphql } from '../../testing/graphql-server.ts';
import { exchange, openSocket, rawPost } from '../../testing/raw-http.ts';

const HELLO = '{"query":"{ hello }"}';
const GREETING = { status: 200, data: { hello: 'hello you' } };

function statusesOf(received: string): string[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status ?? '');
}

async function exchangeOn(t: TestContext, bytes: string): Promise<{ received: string; url: string }> {
  const { port, url } = await serveGraphql(t);
  return { received: await exchange(t, port, bytes), url };
}

describe('a method', () => {
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
    test(`${method} gets 405 and the allowed methods`, async (t) => {
      const { url } = await serveGraphql(t);
      const body = method === 'PUT' ? HELLO : null;
      const response = await fetch(url, { method, body, headers: { 'content-type': 'application/json' } });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'GET, POST');
      const shown = await response.text();
      if (method !== 'HEAD') assert.match(shown, /"The method [A-Z]+ is not allowed; use GET, POST"/);
    });
  }
});

test('sends a content-length', async (t) => {
  const { received } = await exchangeOn(t, rawPost('{"query":"{ hello(name: \\"Zoë\\") }"}', 'connection: close'));
  assert.match(received, /content-length: 32\r\n/i);
  assert.doesNotMatch(received, /transfer-encoding/i);
});

test('answers pipelined requests in order', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const requests = names.map((name, index) =>
    rawPost(`{"query":"{ hello(name: \\"${name}\\") }"}`, ...(index === 4 ? ['connection: close'] : [])),
  );
  const { received } = await exchangeOn(t, requests.join(''));
  assert.deepEqual(
    [...received.matchAll(/hello (\w)/g)].map(([, name]) => name),
    names,
  );
});

test('keeps the connection after a rejected request', async (t) => {
  const requests = [rawPost('{'), rawPost(HELLO, 'content-type: text/plain'), rawPost(HELLO, 'connection: close')];
  const { received } = await exchangeOn(t, requests.join(''));
  assert.deepEqual(statusesOf(received), ['400', '400', '200']);
});

test('sends 100 Continue to a client that waits for it', async (t) => {
  const { port } = await serveGraphql(t);
  const socket = await openSocket(t, port);
  const [head, body = ''] = rawPost(HELLO, 'expect: 100-continue', 'connection: close').split('\r\n\r\n');
  socket.write(`${head}\r\n\r\n`);
  const [interim] = await once(socket, 'data');
  assert.equal(String(interim), 'HTTP/1.1 100 Continue\r\n\r\n');
  socket.write(body);
  assert.match(await text(socket), /hello you/);
});

test('uses the first of a header that must be unique', async (t) => {
  const count = '{"query":"mutation { count }"}';
  const { port, counted } = await serveGraphql(t);
  const types = ['content-type: text/plain', 'content-type: application/json', 'connection: close'];
  assert.deepEqual(statusesOf(await exchange(t, port, rawPost(count, ...types))), ['400']);
  assert.deepEqual(statusesOf(await exchange(t, port, rawPost(count, 'content-length: 1'))), ['400']);
  assert.equal(counted(), 0);
});

test('joins repeated headers to a list', async (t) => {
  const accept = ['accept: text/html', 'accept: application/graphql-response+json', 'connection: close'];
  const { received } = await exchangeOn(t, rawPost(HELLO, ...accept));
  assert.match(received, /content-type: application\/graphql-response\+json/i);
});

test('rejects a URL that is too long without affecting others', async (t) => {
  const long = `GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: test\r\n\r\n`;
  const { received, url } = await exchangeOn(t, long);
  assert.deepEqual(statusesOf(received), ['431']);
  assert.deepEqual(await askGraphql(url, '{ hello }'), GREETING);
});

describe('a body', () => {
  test('that the client cuts off gets at most a bad request', async (t) => {
    const { port, url } = await serveGraphql(t);
    const socket = await openSocket(t, port);
    socket.end(rawPost(HELLO).slice(0, -3));
    const received = await text(socket);
    assert.deepEqual(statusesOf(received), ['400']);
    assert.doesNotMatch(received, /hello/);
    assert.deepEqual(await askGraphql(url, '{ hello }'), GREETING);
  });

  test('whose chunks are malformed is a bad request', async (t) => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked';
    const { received, url } = await exchangeOn(t, `${head}\r\n\r\n5\r\n{"que\r\nno length\r\n`);
    assert.deepEqual(statusesOf(received), ['400']);
    assert.deepEqual(await askGraphql(url, '{ hello }'), GREETING);
  });

  for (const length of ['content-length: 16777216', 'transfer-encoding: chunked']) {
    test(`that is too long gets a response while it is still being sent, with ${length}`, async (t) => {
      const { port } = await serveGraphql(t);
      const socket = await openSocket(t, port);
      const received = text(socket);
      const chunk = Buffer.alloc(64 * 1024, ' ');
      const piece = length.startsWith('t')
        ? Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')])
        : chunk;
      socket.write(`POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n${length}\r\n\r\n`);
      for (let sent = 0; sent < 256; sent += 1) if (!socket.write(piece)) await once(socket, 'drain');
      if (length.startsWith('t')) socket.write('0\r\n\r\n');
      assert.match(await received, /^HTTP\/1\.1 413 .*OPERATION_LIMIT_EXCEEDED/s);
    });
  }

  test('that is too long and never ends does not hold the connection', async (t) => {
    const { port } = await serveGraphql(t);
    const socket = await openSocket(t, port);
    socket.write(rawPost(HELLO).replace(/content-length: \d+/, 'content-length: 3000000'));
    assert.match(await text(socket), /^HTTP\/1\.1 413 /);
  });
});
