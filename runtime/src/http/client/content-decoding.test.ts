import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { recordLog } from '../../testing/log-recorder.ts';
import { outageOf } from '../../testing/outage.ts';
import { serveHttp } from '../../testing/test-server.ts';
import { SubgraphClient } from './subgraph-client.ts';

const QUERY = { query: '{ hello }' };
const ANSWER = { data: { hello: 'wörld' } };
const JSON_ANSWER = JSON.stringify(ANSWER);

function clientOf(t: TestContext, url: string, compressedReplies?: boolean): SubgraphClient {
  const { logger } = recordLog();
  const client = new SubgraphClient({ name: 'books', url, timeoutMs: 20_000, logger, compressedReplies });
  t.after(() => client.close());
  return client;
}

/** Returns a client of a server that answers so, compressed. */
async function clientOfReply(
  t: TestContext,
  coding: string,
  send: (response: ServerResponse) => void,
): Promise<SubgraphClient> {
  const { url } = await serveHttp(t, (_, response) => {
    response.setHeader('content-encoding', coding);
    send(response);
  });
  return clientOf(t, url);
}

describe('a compressed reply is read', () => {
  const codings: [coding: string, compress: (text: string) => Buffer][] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (text) => Buffer.from(text)],
    ['', (text) => Buffer.from(text)],
  ];
  for (const [coding, compress] of codings) {
    test(`${coding} (${compress.name})`, async (t) => {
      const client = await clientOfReply(t, coding, (response) => response.end(compress(JSON_ANSWER)));
      assert.deepEqual(await client.call(QUERY), ANSWER);
    });
  }

  test('though it comes byte by byte', async (t) => {
    const client = await clientOfReply(t, 'gzip', async (response) => {
      for (const byte of gzipSync(JSON_ANSWER)) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    });
    assert.deepEqual(await client.call(QUERY), ANSWER);
  });

  test('though it is long', async (t) => {
    const hello = randomBytes(4e6).toString('base64');
    const client = await clientOfReply(t, 'gzip', (response) =>
      response.end(gzipSync(JSON.stringify({ data: { hello } }))),
    );
    assert.deepEqual(await client.call(QUERY), { data: { hello } });
  });

  test('over a connection that is used again', async (t) => {
    const { url, server } = await serveHttp(t, (_, response) =>
      response.setHeader('content-encoding', 'br').end(brotliCompressSync(JSON_ANSWER)),
    );
    let connections = 0;
    server.on('connection', () => connections++);
    const client = clientOf(t, url);
    for (let call = 0; call < 20; call++) await client.call(QUERY);
    assert.ok(connections <= 2, `${connections} connections`);
  });
});

describe('a reply that can not be decompressed is no answer', () => {
  const replies: [name: string, coding: string, body: Buffer][] = [
    ['a coding that nobody knows', 'rot13', Buffer.from(JSON_ANSWER)],
    ['no gzip', 'gzip', Buffer.from(JSON_ANSWER)],
    ['gzip cut short', 'gzip', gzipSync(JSON_ANSWER).subarray(0, -9)],
    ['brotli cut short', 'br', brotliCompressSync(JSON_ANSWER).subarray(0, -4)],
    ['zstd cut short', 'zstd', zstdCompressSync(JSON_ANSWER).subarray(0, -4)],
    ['nothing', 'gzip', Buffer.alloc(0)],
  ];
  for (const [name, coding, body] of replies) {
    test(name, async (t) => {
      const client = await clientOfReply(t, coding, (response) => response.end(body));
      await outageOf(client.call(QUERY), 'books');
    });
  }

  // Brotli takes 16 times as long to make as small a bomb at its default quality.
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  const bombs: [coding: string, compress: (bytes: Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['br', (bytes) => brotliCompressSync(bytes, quality)],
    ['zstd', zstdCompressSync],
  ];
  for (const [coding, compress] of bombs) {
    test(`a bomb (${coding}) is refused as it inflates`, async (t) => {
      const bomb = compress(Buffer.alloc(512 * 1024 * 1024));
      assert.ok(bomb.length < 1024 * 1024);
      const client = await clientOfReply(t, coding, (response) => response.end(bomb));
      const before = process.memoryUsage().rss;
      await outageOf(client.call(QUERY), 'books');
      const grown = process.memoryUsage().rss - before;
      assert.ok(grown < 300 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MB`);
    });
  }

  test('a bomb that has not ended has its connection closed', async (t) => {
    const closed = Promise.withResolvers<unknown>();
    const client = await clientOfReply(t, 'gzip', (response) => {
      closed.resolve(once(response, 'close'));
      response.write(gzipSync(Buffer.alloc(128 * 1024 * 1024)));
    });
    await outageOf(client.call(QUERY), 'books');
    await closed.promise;
  });
});

test('asks for compression, but not on loopback nor if that is switched off', async (t) => {
  const { port } = await serveHttp(t, (request, response) =>
    response.end(JSON.stringify({ data: { asked: request.headers['accept-encoding'] ?? null } })),
  );
  const asked = async (host: string, compressedReplies?: boolean) =>
    (await clientOf(t, `http://${host}:${port}/`, compressedReplies).call(QUERY)).data?.asked;
  assert.equal(await asked('0.0.0.0'), 'gzip, deflate, br, zstd'); // by its name it is another host
  assert.equal(await asked('0.0.0.0', false), null);
  assert.equal(await asked('127.0.0.1'), null);
  assert.equal(await asked('localhost'), null);
});
