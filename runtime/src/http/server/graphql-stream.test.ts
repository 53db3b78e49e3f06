import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import { recordLog } from '../../testing/log-recorder.ts';
import { openSocket, rawPost } from '../../testing/raw-http.ts';
import { serveHttp } from '../../testing/test-server.ts';
import { graphql } from './graphql.ts';

const REQUEST = rawPost('{"query":"{ hello }"}', 'connection: close');
const MEGABYTE = 'x'.repeat(1024 * 1024);

/** Starts a server that responds with this stream, because graphql-js 16 has no incremental responses. */
async function serveStream(t: TestContext, chunks: () => AsyncGenerator<string>) {
  const log = recordLog();
  const [finished, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answer = (): HTTPGraphQLResponse => ({
    headers: new HeaderMap([['content-type', 'multipart/mixed']]),
    body: { kind: 'chunked', asyncIterator: chunks() },
  });
  const handler = graphql(
    { executeHTTPGraphQLRequest: async () => answer(), logger: log.logger },
    { context: () => ({}) },
  );
  const { port } = await serveHttp(t, async (request, response) => {
    response.once('close', left.resolve);
    await handler(request, response);
    finished.resolve();
  });
  return { port, log, finished: finished.promise, left: left.promise };
}

test('sends an incremental response part by part', async (t) => {
  const mayGoOn = Promise.withResolvers<void>();
  const { port, finished } = await serveStream(t, async function* () {
    yield 'first,';
    await mayGoOn.promise;
    yield MEGABYTE;
    yield ',last';
  });
  const socket = await openSocket(t, port);
  socket.write(REQUEST);
  const [beginning] = await once(socket, 'data');
  assert.match(String(beginning), /first,/);
  mayGoOn.resolve();
  const rest = await text(socket);
  assert.equal(rest.split('x').length - 1, MEGABYTE.length);
  assert.match(rest, /,last/);
  await finished;
});

test('does not wait for a client that disconnects while its response is written', async (t) => {
  let stopped = false;
  const { port, finished, log } = await serveStream(t, async function* () {
    try {
      for (;;) yield MEGABYTE;
    } finally {
      stopped = true;
    }
  });
  const socket = await openSocket(t, port);
  socket.write(REQUEST);
  await once(socket, 'data');
  socket.destroy();
  await finished;
  assert.equal(stopped, true);
  assert.deepEqual(log.lines, []);
});

test('writes nothing to a client that disconnects between two parts', async (t) => {
  let parts = 0;
  const { port, finished, left } = await serveStream(t, async function* () {
    yield 'first,';
    await left;
    for (; parts < 10; parts += 1) yield 'next,';
  });
  const socket = await openSocket(t, port);
  socket.write(REQUEST);
  await once(socket, 'data');
  socket.destroy();
  await finished;
  assert.equal(parts, 0);
});

test('breaks the connection if a response fails halfway', async (t) => {
  const { port, finished, log } = await serveStream(t, async function* () {
    yield 'first,';
    throw new Error('the rest is lost');
  });
  const socket = await openSocket(t, port);
  socket.write(REQUEST);
  const received = await text(socket).catch((error: NodeJS.ErrnoException) => error.code ?? '');
  await finished;
  assert.doesNotMatch(received, /\r\n0\r\n\r\n$/);
  assert.match(log.lines[0]?.msg ?? '', /could not be sent: Error: the rest is lost/);
});

test('responds with an internal error if a response can not be created, and keeps running', async (t) => {
  const log = recordLog();
  const logger = log.logger;
  const executeHTTPGraphQLRequest = () => Promise.reject(new Error('no such table'));
  const { url } = await serveHttp(t, graphql({ executeHTTPGraphQLRequest, logger }, { context: () => ({}) }));
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ hello }"}' });
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /no such table/);
  assert.match(log.lines[0]?.msg ?? '', /no such table/);
});
