import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { askGraphql } from '../../testing/graphql-request.ts';
import { serveHttp } from '../../testing/test-server.ts';
import { graphql } from './graphql.ts';

const MAX_BODY_BYTES = 2 * 1024 * 1024;
const TOO_LARGE = {
  errors: [
    {
      message: 'The request body is longer than 2097152 bytes',
      extensions: { code: 'OPERATION_LIMIT_EXCEEDED', limit: 'http_max_request_bytes', allowed: 2 * 1024 * 1024 },
    },
  ],
};

interface Context {
  signal: AbortSignal;
}

/** Starts a server of `hello`, `wait`, which resolves on demand, and the mutation `count`. */
async function serve(t: TestContext) {
  const waiting = Promise.withResolvers<AbortSignal>();
  const mayAnswer = Promise.withResolvers<string>();
  const contexts: Context[] = [];
  let count = 0;
  const server = new ApolloServer<Context>({
    typeDefs: 'type Query { hello(name: String = "you"): String, wait: String } type Mutation { count: Int }',
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
        wait: (_: unknown, __: unknown, { signal }: Context) => {
          waiting.resolve(signal);
          return mayAnswer.promise;
        },
      },
      Mutation: { count: () => ++count },
    },
    stopOnTerminationSignals: false,
  });
  await server.start();
  t.after(() => server.stop());
  const context = ({ signal }: { signal: AbortSignal }) => {
    contexts.push({ signal });
    return { signal };
  };
  const handler = graphql(server, { context });
  return { ...(await serveHttp(t, handler)), waiting, mayAnswer, contexts, counted: () => count };
}

function post(url: string, body: string, headers = { 'content-type': 'application/json' }): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body });
}

/** Sends a part of a body. Resolves with the response without sending the rest. */
async function postPart(url: string, part: Buffer, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
  request.flushHeaders();
  request.write(part);
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  );
  request.on('error', () => {}); // the server closes the connection while the body is incomplete
  return response;
}

describe('a POST request', { timeout: 20_000 }, () => {
  test('is answered', async (t) => {
    const { url } = await serve(t);
    const answer = await askGraphql(url, 'query Q($name: String) { hello(name: $name) }', { name: 'Ada' });
    assert.deepEqual(answer, { status: 200, data: { hello: 'hello Ada' } });
  });

  test('may be a mutation', async (t) => {
    const { url, counted } = await serve(t);
    await askGraphql(url, 'mutation { count }');
    assert.equal(counted(), 1);
  });

  test('that is not JSON is a bad request', async (t) => {
    const { url } = await serve(t);
    const response = await post(url, '{ hello }');
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), {
      errors: [{ message: 'Invalid JSON in the request body', extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test('without a query is a bad request', async (t) => {
    const { url } = await serve(t);
    assert.equal((await post(url, '{}')).status, 400);
  });

  test('without a JSON content type is rejected', async (t) => {
    const { url, counted } = await serve(t);
    const response = await post(url, '{"query":"mutation { count }"}', { 'content-type': 'text/plain' });
    assert.equal(response.status, 400);
    assert.equal(counted(), 0);
  });

  test('may be as long as allowed', async (t) => {
    const { url } = await serve(t);
    const response = await post(url, '{"query":"{ hello }"}'.padEnd(MAX_BODY_BYTES));
    assert.deepEqual(await response.json(), { data: { hello: 'hello you' } });
  });

  test('that announces a longer body is rejected before the body arrives', async (t) => {
    const { url, contexts } = await serve(t);
    const response = await postPart(url, Buffer.from('{'), { 'content-length': String(MAX_BODY_BYTES + 1) });
    assert.equal(response.statusCode, 413);
    assert.equal(response.headers.connection, 'close');
    assert.deepEqual(await json(response), TOO_LARGE);
    assert.deepEqual(contexts, []);
  });

  test('that sends a longer body in chunks is rejected before the body ends', async (t) => {
    const { url, contexts } = await serve(t);
    const response = await postPart(url, Buffer.alloc(MAX_BODY_BYTES + 1, ' '), { 'transfer-encoding': 'chunked' });
    assert.equal(response.statusCode, 413);
    assert.equal(response.headers.connection, 'close');
    assert.deepEqual(await json(response), TOO_LARGE);
    assert.deepEqual(contexts, []);
  });
});

describe('a GET request', () => {
  const get = (url: string, query: string, headers = { 'apollo-require-preflight': 'true' }) =>
    fetch(`${url}?${new URLSearchParams({ query })}`, { headers });

  test('is answered', async (t) => {
    const { url } = await serve(t);
    const response = await get(url, '{ hello(name: "A&B") }');
    assert.deepEqual(await response.json(), { data: { hello: 'hello A&B' } });
  });

  test("can't be a mutation", async (t) => {
    const { url, counted } = await serve(t);
    const response = await get(url, 'mutation { count }');
    assert.equal(response.status, 405);
    assert.equal(counted(), 0);
  });

  test('that any web page could send is rejected', async (t) => {
    const { url, contexts } = await serve(t);
    const response = await fetch(`${url}?query={hello}`);
    assert.equal(response.status, 400);
    assert.deepEqual(contexts, []);
  });
});

describe('the signal of an operation', { timeout: 20_000 }, () => {
  test('is aborted when the client disconnects before its response', async (t) => {
    const { url, waiting, mayAnswer } = await serve(t);
    const leaving = new AbortController();
    const asked = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ wait }"}',
      signal: leaving.signal,
    });
    const signal = await waiting.promise;
    assert.equal(signal.aborted, false);
    leaving.abort();
    await assert.rejects(asked, { name: 'AbortError' });
    await aborted(signal);
    mayAnswer.resolve('too late');
  });

  test('is not aborted once the client has its response', async (t) => {
    const { port, contexts } = await serve(t);
    const socket = connect(port, '127.0.0.1');
    const body = '{"query":"{ hello }"}';
    socket.write(
      'POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n' +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(await text(socket), /\{"data":\{"hello":"hello you"\}\}/);
    assert.equal(contexts[0]?.signal.aborted, false);
  });
});

test('executes nothing for a client that disconnects while it sends', async (t) => {
  const { url, port, contexts } = await serve(t);
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"que');
  await once(socket, 'connect');
  socket.destroy();
  assert.deepEqual(await askGraphql(url, '{ hello }'), { status: 200, data: { hello: 'hello you' } });
  assert.equal(contexts.length, 1);
});

function aborted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted ? Promise.resolve() : once(signal, 'abort');
}
