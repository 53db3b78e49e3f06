import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { recordLog } from '../../testing/log-recorder.ts';
import { freePort, serveHttp, serveSockets, urlOf } from '../../testing/test-server.ts';
import type { Lifetime } from '../deadline.ts';
import { SubgraphClient } from './subgraph-client.ts';

const MUTATION = { query: 'mutation { pay { id } }' };
const TIMEOUT_MS = 500;

/** Returns the code that a mutation fails with. */
async function codeOf(t: TestContext, url: string, lifetime?: Lifetime, timeoutMs = 20_000): Promise<unknown> {
  const client = new SubgraphClient({ name: 'payments', url, timeoutMs, logger: recordLog().logger });
  t.after(() => client.close());
  return failureOf(client.call(MUTATION, lifetime));
}

function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => assert.fail('the call succeeds'),
    ({ extensions }) => extensions.code,
  );
}

describe('a mutation whose response is lost has an unknown outcome', () => {
  const losses: [name: string, lose: (socket: Socket) => void][] = [
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['a connection closed', (socket) => socket.end()],
    ['half a body', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":')],
    ['half a chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"data":')],
    ['a head cut short', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le')],
    ['no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['HTML of a proxy', (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 4\r\n\r\n<h1>')],
    ['JSON cut short', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{"data"')],
    ['JSON that is no answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')],
    ['a reply too long', (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(65 * 1024 * 1024)}`)],
  ];
  for (const [name, lose] of losses) {
    test(name, async (t) => {
      const { url } = await serveSockets(t, (socket) => socket.once('data', () => lose(socket)));
      assert.equal(await codeOf(t, url), 'OUTCOME_UNKNOWN');
    });
  }

  test('no reply in time', async (t) => {
    const { url } = await serveHttp(t, () => {});
    assert.equal(await codeOf(t, url, undefined, TIMEOUT_MS), 'DEADLINE_EXCEEDED');
  });

  test('no reply in time, while another call finds that the server listens no more', async (t) => {
    const arrived = Promise.withResolvers<void>();
    const { url, server } = await serveHttp(t, () => arrived.resolve());
    const client = new SubgraphClient({ name: 'payments', url, timeoutMs: TIMEOUT_MS, logger: recordLog().logger });
    t.after(() => client.close());
    const sent = failureOf(client.call(MUTATION));
    await arrived.promise;
    server.close();
    assert.equal(await failureOf(client.call(MUTATION)), 'SUBGRAPH_UNAVAILABLE');
    assert.equal(await sent, 'DEADLINE_EXCEEDED');
  });

  test('a caller that leaves after it was sent', async (t) => {
    const leaving = new AbortController();
    const { url } = await serveHttp(t, () => leaving.abort());
    assert.equal(await codeOf(t, url, leaving), 'OUTCOME_UNKNOWN');
  });
});

describe('a mutation that was never sent is known not to be executed', () => {
  test('a refused connection', async (t) => {
    assert.equal(await codeOf(t, urlOf(await freePort(t))), 'SUBGRAPH_UNAVAILABLE');
  });

  test('a host without an address', async (t) => {
    assert.equal(await codeOf(t, 'http://nowhere.invalid/graphql'), 'SUBGRAPH_UNAVAILABLE');
  });

  test('a TLS handshake that fails', async (t) => {
    const { url } = await serveSockets(t, (socket) => socket.once('data', () => socket.end('no TLS here')));
    assert.equal(await codeOf(t, url.replace('http:', 'https:')), 'SUBGRAPH_UNAVAILABLE');
  });

  test('a subgraph that is not back in time after it was stopped', async (t) => {
    const { url, close } = await serveHttp(t, (_, response) => void response.end('{"data":{}}'));
    const client = new SubgraphClient({ name: 'payments', url, timeoutMs: TIMEOUT_MS, logger: recordLog().logger });
    t.after(() => client.close());
    await client.call(MUTATION);
    await close();
    assert.equal(await failureOf(client.call(MUTATION)), 'SUBGRAPH_UNAVAILABLE');
  });

  test('a caller that left before', async (t) => {
    const { url } = await serveHttp(t, () => assert.fail('it is sent'));
    assert.equal(await codeOf(t, url, { signal: AbortSignal.abort() }), 'SUBGRAPH_UNAVAILABLE');
  });
});
