import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { serveHttp } from '../testing/test-server.ts';
import { SpanCollector } from './span-collector.ts';

const BODY = Buffer.from('{"resourceSpans":[]}');

/** Starts a collector, and what sends to it. */
async function collect(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: { path: string | undefined; key: string | string[] | undefined; body: string }[] = [];
  const { url } = await serveHttp(t, async (request, response) => {
    requests.push({ path: request.url, key: request.headers['x-key'], body: await text(request) });
    answer(request, response);
  });
  const settings = { url: `${new URL('/v1/traces?tenant=shop', url)}`, headers: { 'x-key': 'sesame' } };
  const collector = new SpanCollector({ ...settings, serviceName: 'test' });
  t.after(() => collector.close());
  return { requests, collector };
}

test('posts to the whole URL, with the headers that are set', async (t) => {
  const { requests, collector } = await collect(t, (_request, response) => response.end('{}'));
  await collector.send(BODY);
  assert.deepEqual(requests, [{ path: '/v1/traces?tenant=shop', key: 'sesame', body: String(BODY) }]);
});

test('sends again when the collector asks for it, and nothing else twice', async (t) => {
  const statuses = [503, 429, 200, 400];
  const { requests, collector } = await collect(t, (_request, response) => {
    response.writeHead(statuses[requests.length - 1] ?? 500, { 'retry-after': '0.05' }).end();
  });
  await collector.send(BODY);
  assert.equal(requests.length, 3);
  await assert.rejects(collector.send(BODY), /^Error: it answers 400$/);
  assert.equal(requests.length, 4);
});

test('gives up if it is to wait for longer than a request may take', async (t) => {
  const { requests, collector } = await collect(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '60' }).end();
  });
  await assert.rejects(collector.send(BODY), /^Error: it answers 503$/);
  assert.equal(requests.length, 1);
});

test('gives up on a collector that does not answer', async (t) => {
  const { collector } = await collect(t, () => {});
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sending = collector.send(BODY);
  t.mock.timers.tick(5000);
  await assert.rejects(sending, /^Error: it doesn't answer within 5000 ms$/);
});

test('says why it can not be reached', async () => {
  const collector = new SpanCollector({ url: 'http://127.0.0.1:9/v1/traces', headers: {}, serviceName: 'test' });
  await assert.rejects(collector.send(BODY), /ECONNREFUSED/);
  await collector.close();
});

test('takes no reply that is longer than a collector needs', async (t) => {
  const { collector } = await collect(t, (_request, response) => response.end('x'.repeat(100_000)));
  await assert.rejects(collector.send(BODY), /longer than 65536 bytes/);
});
