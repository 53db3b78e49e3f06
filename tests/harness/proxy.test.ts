import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { Behaviour } from './behaviours.ts';
import { startProxy } from './proxy.ts';
import { until } from './waiting.ts';

const ANSWER = '{"data":{"user":{"id":"1"}}}';
const REQUEST = JSON.stringify({ query: '{ user(id: 1) { id } }', variables: { id: 1 } });

test('passes a call on and records it', async (t) => {
  const { proxy, arrived, send } = await behindProxy(t, 'pass');
  assert.deepEqual(await send(), { status: 200, text: ANSWER });
  assert.deepEqual(arrived, [JSON.parse(REQUEST)]);
  assert.deepEqual(proxy.calls[0]?.variables, { id: 1 });
});

test('chooses a behaviour for each call', async (t) => {
  const { proxy, arrived, send } = await behindProxy(t, 'pass');
  proxy.behaviour = () => (proxy.calls.length === 1 ? 'reset' : 'pass');
  await assert.rejects(send());
  assert.deepEqual(await send(), { status: 200, text: ANSWER });
  assert.equal(arrived.length, 1);
});

const BROKEN: [Behaviour, arrivals: number][] = [
  ['reset', 0],
  ['half-close', 0],
  ['cut short', 0],
  ['lose the answer', 1],
  ['cut the answer', 1],
];
for (const [behaviour, arrivals] of BROKEN) {
  test(`${behaviour}: the caller has no whole answer, and ${arrivals} calls arrived`, async (t) => {
    const { arrived, send } = await behindProxy(t, behaviour);
    await assert.rejects(send());
    assert.equal(arrived.length, arrivals);
  });
}

test('half-close: the connection ends on one side only', async (t) => {
  const { proxy } = await behindProxy(t, 'half-close');
  const socket = connect({ port: Number(new URL(proxy.url).port), host: '127.0.0.1', allowHalfOpen: true });
  const call = `POST /graphql HTTP/1.1\r\nhost: proxy\r\ncontent-length: ${REQUEST.length}\r\n\r\n${REQUEST}`;
  socket.write(call);
  await once(socket.resume(), 'end');
  assert.equal(socket.bytesRead, 0);
  assert.equal(socket.writable, true);
  socket.destroy();
});

test('a byte a second: it begins at once and takes its time', async (t) => {
  const { proxy } = await behindProxy(t, 'a byte a second');
  const response = await fetch(proxy.url, { method: 'POST', body: REQUEST });
  const reader = response.body?.getReader();
  const start = performance.now();
  assert.equal((await reader?.read())?.value?.length, 1);
  await reader?.read();
  assert.ok(performance.now() - start > 900, `${performance.now() - start} ms`);
  await reader?.cancel();
});

test('garbage: an answer that is not JSON', async (t) => {
  const { send } = await behindProxy(t, 'garbage');
  const { text } = await send();
  assert.throws(() => JSON.parse(text));
});

test('100 MB: a JSON answer of that length', async (t) => {
  const { send } = await behindProxy(t, '100 MB');
  const { text } = await send();
  assert.ok(text.length > 100e6 && text.startsWith('{"data":{"user":"xx') && text.endsWith('x"}}'));
});

test('answer late: the call arrives at once', async (t) => {
  const { proxy, arrived, send } = await behindProxy(t, 'answer late');
  proxy.delayMs = 500;
  const answered = send().then(() => 'answered');
  const call = until(
    () => arrived.length,
    (count) => count === 1,
  ).then(() => 'arrived');
  assert.equal(await Promise.race([answered, call]), 'arrived');
  assert.equal(await answered, 'answered');
});

test('arrive late: the call comes, even if its caller has left', async (t) => {
  const { proxy, arrived, send } = await behindProxy(t, 'arrive late');
  proxy.delayMs = 500;
  const leave = new AbortController();
  const answer = assert.rejects(send(leave.signal), { name: 'AbortError' });
  const { abandoned } = await proxy.nextCall();
  leave.abort();
  await Promise.all([answer, abandoned]);
  assert.equal(arrived.length, 0);
  await until(
    () => arrived.length,
    (count) => count === 1,
  );
});

test('arrive twice: the caller has its answer when both have arrived', async (t) => {
  const { proxy, arrived, send } = await behindProxy(t, 'arrive twice');
  assert.deepEqual(await send(), { status: 200, text: ANSWER });
  assert.deepEqual(arrived, [JSON.parse(REQUEST), JSON.parse(REQUEST)]);
  assert.equal(proxy.calls.length, 1);
});

test('closing ends what hangs', async (t) => {
  const { proxy, send } = await behindProxy(t, 'hang');
  const answer = send();
  answer.catch(() => {});
  await proxy.nextCall();
  await proxy.close();
  await assert.rejects(answer);
});

/** Starts a proxy with this behaviour in front of a server that answers each call. */
async function behindProxy(t: TestContext, behaviour: Behaviour) {
  const arrived: unknown[] = [];
  const server = createServer(async (request, response) => {
    arrived.push(await json(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxy(`http://127.0.0.1:${port}/graphql`);
  proxy.behaviour = behaviour;
  t.after(() => proxy.close());
  const send = async (signal?: AbortSignal) => {
    const response = await fetch(proxy.url, { method: 'POST', body: REQUEST, signal: signal ?? null });
    return { status: response.status, text: await response.text() };
  };
  return { proxy, arrived, send };
}
