import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { ApolloServer } from '@apollo/server';
import { serveHttp } from '../../testing/test-server.ts';
import { RequestBytes } from '../bytes-in-flight.ts';
import { acceptedCoding } from './accepted-coding.ts';
import { AnswerCompression } from './answer-compression.ts';
import { graphql } from './graphql.ts';
import { sendText } from './graphql-response.ts';

const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  zstd: zstdDecompressSync,
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (body) => body,
};

describe('the coding that a client accepts', () => {
  const cases: [accepted: string | undefined, coding: string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['zstd;q=0.5, gzip;q=0.8', 'gzip'],
    ['zstd;q=0, br;q=0.0, gzip;q=0.001', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0', undefined],
    ['zstd;q=0, *', 'br'],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0, gzip;q=0', undefined],
    ['deflate, compress, rot13', undefined],
    ['gzip;q=no, br', 'br'],
    [`${'a,'.repeat(4000)}gzip`, 'gzip'],
  ];
  for (const [accepted, coding] of cases) {
    test(`${accepted?.slice(-40)}: ${coding}`, () => {
      const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
      assert.equal(acceptedCoding({ headers }, ['zstd', 'br', 'gzip']), coding);
    });
  }
});

/** Starts a server of texts of any length, which compresses answers of 1,000 bytes or more. */
async function serve(t: TestContext, cacheControl = 'max-age=60') {
  const server = new ApolloServer({
    typeDefs: 'type Query { text(length: Int!): String }',
    resolvers: { Query: { text: (_: unknown, { length }: { length: number }) => 'text '.repeat(length / 5) } },
    plugins: [
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ response }) => void response.http.headers.set('cache-control', cacheControl),
        }),
      },
    ],
    stopOnTerminationSignals: false,
  });
  await server.start();
  t.after(() => server.stop());
  const handler = graphql(server, { context: () => ({}), compression: new AnswerCompression(1000) });
  return serveHttp(t, (request, response) => {
    response.setHeader('vary', 'Origin');
    return handler(request, response);
  });
}

/** Sends a query, and resolves with the response as it came. */
async function ask(url: string, query: string, headers: Record<string, string>) {
  const search = new URLSearchParams({ query });
  const sent = httpRequest(`${url}?${search}`, { headers: { 'apollo-require-preflight': '1', ...headers } }).end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  assert.ok(response);
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

for (const [length, where] of [
  [5000, 'on the serving thread'],
  [500_000, 'in another thread'],
] as const) {
  for (const coding of ['zstd', 'br', 'gzip', 'identity']) {
    test(`sends an answer of ${length} bytes as ${coding}, compressed ${where}`, async (t) => {
      const { url } = await serve(t);
      const { headers, body } = await ask(url, `{ text(length: ${length}) }`, { 'accept-encoding': coding });
      assert.equal(headers['content-encoding'] ?? 'identity', coding);
      assert.equal(headers.vary, 'Origin, Accept-Encoding');
      assert.equal(Number(headers['content-length']), body.length);
      assert.equal(body.length < length / 10, coding !== 'identity');
      assert.deepEqual(JSON.parse(String(DECODERS[coding]?.(body))), { data: { text: 'text '.repeat(length / 5) } });
    });
  }
}

test('leaves a short answer as it is, and errors readable', async (t) => {
  const { url } = await serve(t);
  const short = await ask(url, '{ text(length: 500) }', { 'accept-encoding': 'gzip' });
  assert.deepEqual([short.headers['content-encoding'], short.headers.vary], [undefined, 'Origin']);
  const wrong = await ask(url, `{ text(length: 1) ${'no '.repeat(500)} }`, { 'accept-encoding': 'gzip' });
  assert.deepEqual([wrong.status, wrong.headers['content-encoding']], [400, 'gzip']);
  assert.ok(JSON.parse(String(gunzipSync(wrong.body))).errors.length > 0);
});

test('sends nothing again that the client has, whatever its coding', async (t) => {
  const { url } = await serve(t);
  const query = '{ text(length: 5000) }';
  const plain = await ask(url, query, {});
  const etag = plain.headers.etag ?? '';
  assert.match(etag, /^W\/"/);
  for (const coding of ['gzip', 'identity']) {
    assert.equal((await ask(url, query, { 'accept-encoding': coding })).headers.etag, etag);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await ask(url, query, { 'accept-encoding': coding, 'if-none-match': known });
      assert.deepEqual([again.status, again.body.length], [304, 0], known);
      assert.deepEqual(
        [again.headers.etag, again.headers['cache-control'], again.headers.vary],
        [etag, 'max-age=60', 'Origin, Accept-Encoding'],
      );
      assert.equal(again.headers['content-encoding'], undefined);
    }
  }
  for (const known of ['"other"', 'W/"other"', '']) {
    assert.equal((await ask(url, query, { 'if-none-match': known })).status, 200, known);
  }
  assert.notEqual((await ask(url, '{ text(length: 5005) }', {})).headers.etag, etag);
});

test('gives no tag to an answer that may not be stored, nor to one that is no success', async (t) => {
  const { url } = await serve(t, 'no-store');
  const answer = await ask(url, '{ text(length: 5) }', { 'if-none-match': '*' });
  assert.deepEqual([answer.status, answer.headers.etag], [200, undefined]);
  const { url: stored } = await serve(t);
  const wrong = await ask(stored, '{ no }', { 'if-none-match': '*' });
  assert.deepEqual([wrong.status, wrong.headers.etag], [400, undefined]);
});

test('compresses no more than 16 long answers at a time, so that memory stays bounded', async () => {
  const compression = new AnswerCompression(1000);
  const body = Buffer.from('text '.repeat(10_000));
  const request = { headers: { 'accept-encoding': 'br' } };
  const running = Array.from({ length: 16 }, () => compression.compress('br', body));
  assert.equal(compression.codingFor(request, body.length), undefined);
  assert.equal(compression.codingFor(request, 5000), 'br', 'a short one needs no memory of its own');
  await Promise.all(running);
  assert.equal(compression.codingFor(request, body.length), 'br');
});

test('holds of an answer what is sent, and nothing once the client has left', async (t) => {
  const text = 'text '.repeat(400_000);
  const compression = new AnswerCompression(1000);
  const taken: number[] = [];
  const finished = Promise.withResolvers<void>();
  const { url } = await serveHttp(t, async (_, response) => {
    const bytes = new RequestBytes();
    bytes.takeAnswer = (length) => void taken.push(length);
    response.once('close', () => bytes.release());
    await sendText(response, 'application/json', text, { bytes, compression });
    if (response.destroyed) finished.resolve();
  });
  const { body } = await ask(url, '', { 'accept-encoding': 'gzip' });
  assert.deepEqual(taken, [text.length, body.length]);
  const leaving = httpRequest(url, { headers: { 'accept-encoding': 'gzip' } }).on('error', () => {});
  leaving.end(() => setImmediate(() => leaving.destroy()));
  await finished.promise;
});
