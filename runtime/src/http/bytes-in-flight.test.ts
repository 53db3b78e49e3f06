import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { HeaderMap } from '@apollo/server';
import { serveGraphql } from '../testing/graphql-server.ts';
import { recordLog } from '../testing/log-recorder.ts';
import { serveHttp } from '../testing/test-server.ts';
import { ByteBudget, bytesInFlight, NoRoomError, RequestBytes } from './bytes-in-flight.ts';
import { SubgraphClient } from './client/subgraph-client.ts';
import { graphql } from './server/graphql.ts';

const KB = 1024;

afterEach(() => {
  bytesInFlight.setMax();
});

describe('a budget', () => {
  test('refuses what does not fit, and takes it once there is room', () => {
    const budget = new ByteBudget();
    budget.setMax(100);
    const [one, other] = [new RequestBytes(budget), new RequestBytes(budget)];
    one.take(60);
    assert.throws(() => other.take(41), NoRoomError);
    other.take(40);
    one.release();
    other.take(60);
    other.release();
    assert.equal(budget.used, 0);
  });

  test('keeps a quarter for small requests', () => {
    const budget = new ByteBudget();
    budget.setMax(1000 * KB);
    const large = new RequestBytes(budget);
    for (let taken = 0; taken < 15; taken += 1) large.take(50 * KB);
    assert.throws(() => large.take(1), NoRoomError);
    assert.throws(() => new RequestBytes(budget).take(129 * KB), NoRoomError);
    new RequestBytes(budget).take(128 * KB);
  });

  test('counts an answer in place of what it was made of', () => {
    const budget = new ByteBudget();
    const bytes = new RequestBytes(budget);
    bytes.take(100);
    bytes.takeAnswer(30);
    assert.equal(budget.used, 30);
  });

  test('counts nothing for a request that is over', () => {
    const budget = new ByteBudget();
    const bytes = new RequestBytes(budget);
    bytes.take(100);
    bytes.release();
    bytes.take(100);
    bytes.release();
    assert.equal(budget.used, 0);
  });
});

describe('a request', () => {
  const echo = (length: number) => JSON.stringify({ query: '{ hello }', variables: { text: 'x'.repeat(length) } });
  test('is refused before its body is read if it does not fit, and others are served', async (t) => {
    const { url, port } = await serveGraphql(t);
    bytesInFlight.setMax(400 * KB);
    const [first, second] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    t.after(() => [first, second].forEach((client) => void client.destroy()));
    const head = `POST / HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: ${200 * KB}\r\n\r\n`;
    first.write(head);
    while (bytesInFlight.used < 200 * KB) await delay(1);
    second.write(head);
    const [chunk] = await once(second.setEncoding('utf8'), 'data');
    assert.match(chunk, /^HTTP\/1\.1 503 .*retry-after: 1.*"code":"OVERLOADED"/s);
    assert.equal((await send(url, echo(10))).status, 200);
    first.destroy();
    while (bytesInFlight.used > 0) await delay(1);
    assert.equal((await send(url, echo(50 * KB))).status, 200);
  });

  test('is refused as soon as a body of unknown length does not fit', async (t) => {
    const { port } = await serveGraphql(t);
    bytesInFlight.setMax(100 * KB);
    const client = connect(port, '127.0.0.1');
    t.after(() => client.destroy());
    client.write(
      'POST / HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    for (let sent = 0; sent < 30; sent += 1) client.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
    const [chunk] = await once(client.setEncoding('utf8'), 'data');
    assert.match(chunk, /^HTTP\/1\.1 503 .*connection: close/is);
  });

  test('counts by what its JSON holds once it is parsed', async (t) => {
    const { url } = await serveGraphql(t);
    bytesInFlight.setMax(1000 * KB);
    const objects = JSON.stringify({
      query: '{ hello }',
      variables: { all: Array.from({ length: 20_000 }, () => ({})) },
    });
    assert.equal((await send(url, echo(objects.length))).status, 200);
    assert.equal((await send(url, objects)).status, 503);
  });

  test('leaves nothing counted, whatever became of it', async (t) => {
    const { url } = await serveGraphql(t);
    for (const body of [echo(10), '{', '{"query":"{ wrong }"}', '[]', '']) await (await send(url, body)).text();
    await fetch(`${url}?query={hello}`, { headers: { 'apollo-require-preflight': '1' } }).then((answer) =>
      answer.text(),
    );
    while (bytesInFlight.used > 0) await delay(1);
    assert.equal(bytesInFlight.used, 0);
  });
});

describe('an answer', () => {
  for (const [query, code] of [
    ['{ hello }', 'OVERLOADED'],
    ['query { hello }', 'OVERLOADED'],
    ['mutation { count }', 'OUTCOME_UNKNOWN'],
    ['fragment F on Mutation { count } mutation { ...F }', 'OUTCOME_UNKNOWN'],
  ] as const) {
    test(`to ${query} that does not fit is ${code}`, async (t) => {
      const body = { kind: 'complete', string: 'x'.repeat(10 * KB) } as const;
      const executeHTTPGraphQLRequest = async () => {
        bytesInFlight.setMax(KB); // others have taken the rest meanwhile
        return { status: 200, headers: new HeaderMap([['content-type', 'application/json']]), body };
      };
      const server = { executeHTTPGraphQLRequest, logger: recordLog().logger };
      const { url } = await serveHttp(t, graphql(server, { context: () => ({}) }));
      const response = await send(url, JSON.stringify({ query }));
      assert.equal(response.status, 503);
      const { errors } = Object(await response.json());
      assert.equal(errors[0].extensions.code, code);
    });
  }
});

describe('a reply', () => {
  for (const [query, code] of [
    ['{ user }', 'OVERLOADED'],
    ['mutation { user }', 'OUTCOME_UNKNOWN'],
  ] as const) {
    test(`to ${query} that does not fit is ${code}, and nothing of it stays counted`, async (t) => {
      const { url } = await serveHttp(t, (_request, response) => {
        response.end(`{"data":{"user":"${'x'.repeat(500 * KB)}"}}`);
      });
      const log = recordLog();
      const client = new SubgraphClient({ name: 'users', url, timeoutMs: 5000, logger: log.logger });
      t.after(() => client.close());
      bytesInFlight.setMax(400 * KB);
      await assert.rejects(client.call({ query }), (error: Error) => 'extensions' in error && codeOf(error) === code);
      assert.equal(bytesInFlight.used, 0);
      bytesInFlight.setMax();
      assert.ok((await client.call({ query })).data);
      assert.equal(bytesInFlight.used, 0);
    });
  }

  test('counts for the request that it is for by what it holds once it is parsed', async (t) => {
    const { url } = await serveHttp(t, (_request, response) => {
      response.end(`{"data":{"user":"${'x'.repeat(100 * KB)}"}}`);
    });
    const client = new SubgraphClient({ name: 'users', url, timeoutMs: 5000, logger: recordLog().logger });
    t.after(() => client.close());
    const bytes = new RequestBytes();
    await client.call({ query: '{ user }' }, { signal: new AbortController().signal, bytes });
    assert.ok(bytesInFlight.used > 400 * KB);
    bytes.release();
    assert.equal(bytesInFlight.used, 0);
  });
});

function send(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

function codeOf(error: object): unknown {
  const extensions = 'extensions' in error ? error.extensions : undefined;
  return typeof extensions === 'object' && extensions !== null && 'code' in extensions ? extensions.code : undefined;
}
