import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { requestScope } from '../../request-scope.ts';
import { type LogRecorder, recordLog } from '../../testing/log-recorder.ts';
import { outageOf } from '../../testing/outage.ts';
import { freePort, serveHttp, serveSockets, urlOf } from '../../testing/test-server.ts';
import { SubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';

const QUERY = { query: '{ user { id } }' };
const MUTATION = 'mutation { createUser { id } }';
const ANSWER = { data: { user: { id: '1' } } };
const answers: RequestListener = (_request, response) => void response.end(JSON.stringify(ANSWER));
const hangs: RequestListener = () => {};

/** Error of a call that nobody waits for: without an id, because nothing of it is logged. */
const LEFT = {
  message: 'Subgraph "users" is unavailable',
  extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' },
};

function deadlineExceeded(timeoutMs: number) {
  return {
    message: `Subgraph "users" did not respond within ${timeoutMs} ms`,
    extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'users', timeoutMs },
  };
}

function clientOf(
  t: TestContext,
  url: string,
  options: Partial<SubgraphClientOptions> = {},
): { client: SubgraphClient; log: LogRecorder } {
  const log = recordLog();
  const client = new SubgraphClient({ name: 'users', url, timeoutMs: 5000, logger: log.logger, ...options });
  t.after(() => client.close());
  return { client, log };
}

async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('a call', () => {
  test('sends GraphQL over HTTP and gives the answer', async (t) => {
    const received: unknown[] = [];
    const { url } = await serveHttp(t, async (request, response) => {
      received.push(request.method, request.url, request.headers['content-type'], await json(request));
      response.end(JSON.stringify(ANSWER));
    });
    const { client } = clientOf(t, `${url}?from=test`);
    const request = { query: 'query Q($id: ID!) { user(id: $id) { id } }', variables: { id: '1' }, operationName: 'Q' };
    assert.deepEqual(await client.call(request), ANSWER);
    assert.deepEqual(received, ['POST', '/graphql?from=test', 'application/json', request]);
  });

  test('gives a GraphQL answer whatever its HTTP status', async (t) => {
    const answer = { errors: [{ message: 'no such field' }] };
    for (const status of [400, 500]) {
      const { url } = await serveHttp(t, (_, response) => void response.writeHead(status).end(JSON.stringify(answer)));
      assert.deepEqual(await clientOf(t, url).client.call(QUERY), answer);
    }
  });

  test('gives both data and errors', async (t) => {
    const answer = { data: null, errors: [{ message: 'boom', path: ['user'] }] };
    const { url } = await serveHttp(t, (_, response) => void response.end(JSON.stringify(answer)));
    assert.deepEqual(await clientOf(t, url).client.call(QUERY), answer);
  });

  test('carries the secret', async (t) => {
    assert.equal((await headersOfCall(t, 'a secret of the test'))['x-subgraph-secret'], 'a secret of the test');
  });

  test('carries the id of the request that it is made for', async (t) => {
    const headersIn = (id?: string) =>
      id === undefined ? headersOfCall(t, undefined) : requestScope.run({ id }, () => headersOfCall(t, undefined));
    assert.equal((await headersIn('web-1'))['x-request-id'], 'web-1');
    assert.equal((await headersIn())['x-request-id'], undefined);
  });

  test('carries no secret if none is configured', async (t) => {
    assert.equal('x-subgraph-secret' in (await headersOfCall(t, undefined)), false);
  });

  test('goes over a connection that was kept alive', async (t) => {
    const { server, url } = await serveHttp(t, answers);
    let connections = 0;
    server.on('connection', () => connections++);
    const { client } = clientOf(t, url);
    for (let call = 0; call < 20; call++) await client.call(QUERY);
    assert.ok(connections <= 2, `${connections} connections`); // a second one while the first is being freed
  });
});

async function headersOfCall(t: TestContext, secret: string | undefined): Promise<IncomingHttpHeaders> {
  const received: IncomingHttpHeaders[] = [];
  const { url } = await serveHttp(t, (request, response) => {
    received.push(request.headers);
    response.end(JSON.stringify(ANSWER));
  });
  await clientOf(t, url, { secret }).client.call(QUERY);
  return received[0] ?? {};
}

describe('a subgraph that does not answer in GraphQL is unavailable:', () => {
  const bodies: [name: string, status: number, body: string][] = [
    ['500 with HTML', 500, '<h1>Internal Server Error at 10.0.0.1</h1>'],
    ['200 with garbage', 200, '}{'],
    ['200 with nothing', 200, ''],
    ['JSON that is no answer', 200, '{"status":"ok"}'],
    ['a JSON list', 200, '[]'],
    ['data that is no map', 200, '{"data":"x"}'],
    ['an empty list of errors', 200, '{"errors":[]}'],
    ['errors without messages', 200, '{"errors":[{}]}'],
  ];
  for (const [name, status, body] of bodies) {
    test(name, async (t) => {
      const { url } = await serveHttp(t, (_request, response) => void response.writeHead(status).end(body));
      await outageOf(clientOf(t, url).client.call(QUERY), 'users');
    });
  }

  const connections: [name: string, onData: (socket: Socket) => void][] = [
    ['a body cut short', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":')],
    ['what is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['a hang-up', (socket) => socket.end()],
    ['a reset', (socket) => socket.resetAndDestroy()],
  ];
  for (const [name, onData] of connections) {
    test(name, async (t) => {
      const { url } = await serveSockets(t, (socket) => socket.once('data', () => onData(socket)));
      await outageOf(clientOf(t, url).client.call(QUERY), 'users');
    });
  }
});

describe('a call that takes longer than its timeout', () => {
  const slow: [name: string, listener: RequestListener][] = [
    ['for an answer', hangs],
    ['for the rest of the answer', (_request, response) => void response.write('{"data":')],
  ];
  for (const [name, listener] of slow) {
    test(`${name} ends at it`, async (t) => {
      const { url } = await serveHttp(t, listener);
      const { client } = clientOf(t, url, { timeoutMs: 200 });
      const ms = await timed(assert.rejects(client.call(QUERY), deadlineExceeded(200)));
      assert.ok(ms > 150 && ms < 2000, `it took ${ms} ms`);
    });
  }
});

describe('a subgraph that refuses connections', () => {
  test('is unavailable at once if it never answered', async (t) => {
    const { client } = clientOf(t, urlOf(await freePort(t)));
    const ms = await timed(outageOf(client.call(QUERY), 'users'));
    assert.ok(ms < 2000, `it took ${ms} ms`);
  });

  test('is waited for if it answered a moment ago: it is being restarted', async (t) => {
    const { url, port, close } = await serveHttp(t, answers);
    const { client, log } = clientOf(t, url);
    await client.call(QUERY);
    await close();
    const call = client.call(QUERY);
    await delay(300); // the time that the restart takes
    await serveHttp(t, answers, port);
    assert.deepEqual(await call, ANSWER);
    assert.deepEqual(log.lines, []);
  });

  test('is unavailable if it is not back before the deadline', async (t) => {
    const { url, close } = await serveHttp(t, answers);
    const { client } = clientOf(t, url, { timeoutMs: 300 });
    await client.call(QUERY);
    await close();
    const ms = await timed(outageOf(client.call(QUERY), 'users'));
    assert.ok(ms > 250 && ms < 2000, `it took ${ms} ms`);
  });
});

describe('what was sent is never sent again', () => {
  const hangsUp: RequestListener = (request) => request.socket.destroy();
  const resets: RequestListener = (request) => request.socket.resetAndDestroy();
  const refuses: RequestListener = (_request, response) => void response.writeHead(503).end();
  const failures: [name: string, query: string, listener: RequestListener][] = [
    ['a mutation to a subgraph that hangs up', MUTATION, hangsUp],
    ['a mutation to a subgraph that resets the connection', MUTATION, resets],
    ['a mutation to a subgraph that answers 503', MUTATION, refuses],
    ['a query to a subgraph that answers 503', QUERY.query, refuses],
  ];
  for (const [name, query, fail] of failures) {
    test(name, async (t) => {
      let received = 0;
      const { url } = await serveHttp(t, (request, response) => {
        received += 1;
        request.resume().once('end', () => (received === 1 ? answers : fail)(request, response));
      });
      const { client } = clientOf(t, url);
      await client.call(QUERY); // one that answered a moment ago, over a connection that is reused
      const code = query === MUTATION ? 'OUTCOME_UNKNOWN' : 'SUBGRAPH_UNAVAILABLE';
      await assert.rejects(client.call({ query }), ({ extensions }) => extensions.code === code);
      assert.equal(received, 2);
    });
  }

  test('but for a query that met a kept connection that was being closed, once', async (t) => {
    const received: boolean[] = [];
    const sockets = new Set<Socket>();
    const { url } = await serveHttp(t, (request, response) => {
      const isReused = sockets.has(request.socket);
      sockets.add(request.socket);
      received.push(isReused);
      if (isReused) request.socket.destroy();
      else answers(request, response);
    });
    const { client, log } = clientOf(t, url);
    for (let call = 0; call < 3; call++) {
      assert.deepEqual(await client.call(QUERY), ANSWER);
      await delay(20); // until the connection is free again
    }
    assert.ok(received.includes(true));
    assert.equal(received.filter((isReused) => !isReused).length, 3); // those that were answered
    assert.deepEqual(log.lines, []);
  });
});

describe('a mutation', () => {
  for (const [keepAliveTimeout, connections] of [
    [65_000, 1],
    [0, 3],
  ] as const) {
    test(`goes over ${connections} connections in three calls if idle ones are kept for ${keepAliveTimeout} ms`, async (t) => {
      const { server, url } = await serveHttp(t, answers);
      server.keepAliveTimeout = keepAliveTimeout;
      let opened = 0;
      server.on('connection', () => opened++);
      const { client } = clientOf(t, url);
      for (let call = 0; call < 3; call++) {
        await client.call({ query: MUTATION });
        await delay(20); // until the connection is free again
      }
      assert.equal(opened, connections);
    });
  }
});

describe('a call that nobody waits for any more', () => {
  test('ends, and so does its request', async (t) => {
    const arrived = Promise.withResolvers<Socket>();
    const { url } = await serveHttp(t, (request) => arrived.resolve(request.socket));
    const { client, log } = clientOf(t, url);
    const leaving = new AbortController();
    const call = client.call(QUERY, leaving);
    const closed = once(await arrived.promise, 'close');
    leaving.abort();
    await assert.rejects(call, LEFT);
    await closed;
    assert.deepEqual(log.lines, []);
  });

  test('is not sent if nobody waited from the start', async (t) => {
    let received = 0;
    const { url } = await serveHttp(t, () => received++);
    await assert.rejects(clientOf(t, url).client.call(QUERY, { signal: AbortSignal.abort() }), LEFT);
    assert.equal(received, 0);
  });
});

test('an outage is logged once, with its reason and the id that its errors have, and its end', async (t) => {
  let fails = true;
  const { url } = await serveHttp(t, (request, response) =>
    fails ? request.socket.destroy() : answers(request, response),
  );
  const { client, log } = clientOf(t, url);
  const ids: string[] = [];
  for (const outage of [0, 1]) {
    fails = true;
    ids.push(await outageOf(client.call(QUERY), 'users'));
    for (let call = 0; call < 2; call++) assert.equal(await outageOf(client.call(QUERY), 'users'), ids[outage]);
    fails = false;
    for (let call = 0; call < 3; call++) await client.call(QUERY);
  }
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(
    log.lines.map(({ level, id, msg, subgraph }) => ({ level, id, msg, subgraph })),
    ids.flatMap((id) => [
      { level: 40, id, msg: 'a call to the subgraph failed: other side closed', subgraph: 'users' },
      { level: 30, id, msg: 'the subgraph answers again', subgraph: 'users' },
    ]),
  );
});

test('logs each call that fails once, with the id of its request, if it is to', async (t) => {
  const { url } = await serveHttp(t, (request) => {
    if (request.headers['x-request-id'] !== 'late') request.socket.destroy();
  });
  const { client, log } = clientOf(t, url, { logsFailures: true, timeoutMs: 300 });
  const fail = (id: string) => requestScope.run({ id }, () => client.call(QUERY).catch(() => {}));
  for (const id of ['one', 'two', 'late']) await fail(id);
  assert.deepEqual(
    log.lines.map(({ level, requestId, msg }) => ({ level, requestId, msg })),
    [
      { level: 40, requestId: 'one', msg: 'a call to the subgraph failed: other side closed' },
      { level: 40, requestId: 'two', msg: 'a call to the subgraph failed: other side closed' },
      {
        level: 40,
        requestId: 'late',
        msg: 'a call to the subgraph failed: Subgraph "users" did not respond within 300 ms',
      },
    ],
  );
  assert.equal(new Set(log.lines.map(({ id }) => id)).size, 1);
});

test('logs no query of its URL', async (t) => {
  const { url } = await serveHttp(t, (request) => request.socket.destroy());
  const { client, log } = clientOf(t, `${url}?key=hunter2`);
  await outageOf(client.call(QUERY), 'users');
  assert.equal(log.lines[0]?.url, `${url}?***`);
  assert.ok(!JSON.stringify(log.lines).includes('hunter2'));
});

test('closing waits for the calls under way', async (t) => {
  const arrived = Promise.withResolvers<() => void>();
  const { url } = await serveHttp(t, (request, response) => arrived.resolve(() => answers(request, response)));
  const client = new SubgraphClient({ name: 'users', url, timeoutMs: 5000, logger: recordLog().logger });
  const call = client.call(QUERY);
  const answer = await arrived.promise;
  const closed = client.close();
  answer();
  assert.deepEqual(await call, ANSWER);
  await closed;
});
