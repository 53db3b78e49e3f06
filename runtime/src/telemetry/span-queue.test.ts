import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { recordLog } from '../testing/log-recorder.ts';
import { serveHttp } from '../testing/test-server.ts';
import { type RecordedSpan, SpanKind } from './recorded-span.ts';
import { SpanQueue } from './span-queue.ts';
import { newContext } from './trace-context.ts';

/** Starts a collector that answers when it is let go, and a queue that sends to it. */
async function collect(t: TestContext) {
  const sent: number[] = [];
  const names: string[] = [];
  const letGo = Promise.withResolvers<void>();
  const { url } = await serveHttp(t, async (request, response) => {
    const { resourceSpans } = (await json(request)) as { resourceSpans: { scopeSpans: { spans: RecordedSpan[] }[] }[] };
    const spans = resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    sent.push(spans.length);
    names.push(...spans.map(({ name }) => name));
    await letGo.promise;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const queue = new SpanQueue({ url, headers: {}, serviceName: 'test' }, recordLog().logger);
  return { sent, names, letGo: letGo.resolve, queue };
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

test('sends fewer spans at once if they are long, and loses none', async (t) => {
  const { sent, names, letGo, queue } = await collect(t);
  letGo();
  const given = Array.from({ length: 600 }, (_, index) => `${index} ${'日'.repeat(1000)}`);
  for (const name of given) queue.add({ ...SPAN, name });
  await queue.close();
  assert.ok(sent.length > 2 && sent.every((spans) => spans < (512 * 1024) / 3000), `${sent}`);
  assert.deepEqual(names, given);
});

test('fills a batch again once it is sent, so that spans bring no full garbage collection nearer', {
  timeout: 30_000,
}, async (t) => {
  const { names, letGo, queue } = await collect(t);
  letGo();
  const allocate = t.mock.method(Buffer, 'allocUnsafeSlow');
  const given = Array.from({ length: 10 * 512 }, (_, index) => `${index} ${'x'.repeat(index % 200)}`);
  for (const [index, name] of given.entries()) {
    queue.add({ ...SPAN, name });
    while (index % 512 === 511 && names.length <= index) await setImmediate();
  }
  await queue.close();
  assert.deepEqual(names, given);
  assert.ok(allocate.mock.callCount() <= 2, `${allocate.mock.callCount()} buffers`);
});
