import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { refusing } from '@lockstep/runtime/testing/refusing.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';

/** Starts a server that runs one operation at a time and responds on demand. */
async function serveBounded(t: TestContext, body = '{}') {
  const refusals = new RejectionCounts();
  const limit = new ConcurrencyLimit(1, refusals);
  const running: (() => void)[] = [];
  let tell = () => {};
  const { url, port } = await serveHttp(
    t,
    refusing(async (request, response) => {
      limit.enter(request);
      try {
        const isWhole = await once(request.resume(), 'end').catch(() => undefined);
        if (!isWhole) return; // the client has left
        await new Promise<void>((resolve) => {
          running.push(resolve);
          tell();
        });
        response.end(body);
      } finally {
        limit.leave(request, response);
      }
    }),
  );
  const send = () => fetch(url, { method: 'POST', body: '{}' });
  const answer = async () => {
    while (running.length === 0) await new Promise<void>((resolve) => (tell = resolve));
    running.shift()?.();
  };
  return {
    port,
    refusals,
    send,
    /** Lets the first that runs be answered, once it is there. */
    answer,
    /** Resolves with the status of a request, which is answered if it runs. */
    async sendAndAnswer() {
      const served = send();
      await Promise.race([served, answer()]);
      return (await served).status;
    },
    async started(count: number) {
      while (running.length < count) await new Promise<void>((resolve) => (tell = resolve));
    },
  };
}

test('rejects requests at once while the limit is reached, and accepts them again afterwards', async (t) => {
  const { send, answer, started, refusals } = await serveBounded(t);
  const first = send();
  await started(1);
  const refused = await send();
  assert.equal(refusals.count('traffic_shaping.concurrency_limit', 'refused'), 1);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.deepEqual(await refused.json(), {
    errors: [
      {
        message: 'The gateway runs as many operations as it may at a time, 1; try again in 1 s',
        extensions: { code: 'OVERLOADED' },
      },
    ],
  });
  await answer();
  assert.equal((await first).status, 200);
  const next = send();
  await answer();
  assert.equal((await next).status, 200);
});

test('rejects a request before its body has arrived', async (t) => {
  const { send, answer, started, port } = await serveBounded(t);
  const first = send();
  await started(1);
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write('POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-length: 1000\r\n\r\n{');
  const [chunk] = await once(socket.setEncoding('utf8'), 'data');
  assert.match(chunk, /^HTTP\/1.1 503 /);
  await answer();
  await first;
});

test('counts a client that is slow to send until it leaves', async (t) => {
  const { sendAndAnswer, port } = await serveBounded(t);
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-length: 1000\r\n\r\n{');
  await until(async () => (await sendAndAnswer()) === 503);
  socket.destroy();
  await until(async () => (await sendAndAnswer()) === 200);
});

test('counts a client that is slow to read until it leaves', async (t) => {
  const { send, sendAndAnswer, answer, started, port } = await serveBounded(t, 'x'.repeat(20_000_000));
  const socket = connect(port, '127.0.0.1').pause();
  socket.write('POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\n{}');
  await started(1);
  await answer();
  for (let sent = 0; sent < 20; sent += 1) assert.equal((await send()).status, 503);
  socket.destroy();
  await until(async () => (await sendAndAnswer()) === 200);
});

/** Resolves once a condition holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5);
}

test('runs no more than the limit of requests that arrive together', async (t) => {
  const { send, answer } = await serveBounded(t);
  const statuses: number[] = [];
  const twoRefused = Promise.withResolvers<void>();
  const sent = [send(), send(), send()].map(async (coming) => {
    const { status } = await coming;
    statuses.push(status);
    if (statuses.length === 2) twoRefused.resolve();
  });
  await twoRefused.promise;
  assert.deepEqual(statuses, [503, 503]);
  await answer();
  await Promise.all(sent);
  assert.deepEqual(statuses, [503, 503, 200]);
});
