import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { recordLog } from '../testing/log-recorder.ts';
import { serveHttp } from '../testing/test-server.ts';
import { type RecordedSpan, SpanKind } from './recorded-span.ts';
import { SpanQueue } from './span-queue.ts';
import { newContext } from './trace-context.ts';

/** Starts a collector that answers when it is let go, and a queue that sends to it. */
async function collect(t: TestContext) {
  const sent: number[] = [];
  const letGo = Promise.withResolvers<void>();
  const { url } = await serveHttp(t, async (request, response) => {
    const { resourceSpans } = (await json(request)) as { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] };
    sent.push(Number(resourceSpans[0]?.scopeSpans[0]?.spans.length));
    await letGo.promise;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const queue = new SpanQueue({ url, headers: {}, serviceName: 'test' }, recordLog().logger);
  return { sent, letGo: letGo.resolve, queue };
}

const SPAN: RecordedSpan = {
  context: newContext(true),
  parent: undefined,
  name: 'query',
  kind: SpanKind.SERVER,
  startedAt: 0,
  endedAt: 1,
  attributes: '',
  link: undefined,
  error: undefined,
};

function add(queue: SpanQueue, count: number): void {
  for (let span = 0; span < count; span += 1) queue.add(SPAN);
}

test('sends spans in batches, and at its close what is left', async (t) => {
  const { sent, letGo, queue } = await collect(t);
  letGo();
  add(queue, 1000);
  assert.deepEqual(sent, []);
  await queue.close();
  assert.deepEqual(sent, [512, 488]);
});

test('drops spans while too many wait for a slow collector', async (t) => {
  const { sent, letGo, queue } = await collect(t);
  add(queue, 20_000);
  letGo();
  await queue.close();
  const total = sent.reduce((sum, spans) => sum + spans, 0);
  assert.equal(total, 8192 + 512);
});
