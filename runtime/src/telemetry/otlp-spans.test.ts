import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attribute, attributes, SpanWriter } from './otlp-spans.ts';
import { type RecordedSpan, SpanKind } from './recorded-span.ts';

const PARENT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState: 'x=1' };
const CONTEXT = { ...PARENT, spanId: 'c'.repeat(16) };
const SPAN: RecordedSpan = {
  context: CONTEXT,
  parent: undefined,
  name: 'query',
  kind: SpanKind.SERVER,
  startedAt: 0,
  endedAt: 0,
  attributes: '',
  link: undefined,
  error: undefined,
};

function written(...spans: RecordedSpan[]) {
  const batch = new SpanWriter({ 'service.name': 'shop "1"', 'process.pid': 7 }).begin();
  for (const span of spans) batch.add(span);
  return JSON.parse(Buffer.from(batch.end()).toString()).resourceSpans[0];
}

test('writes spans as OTLP has them in JSON', () => {
  const link = { traceId: 'd'.repeat(32), spanId: 'e'.repeat(16), traceFlags: 0 };
  const { resource, scopeSpans } = written(
    { ...SPAN, parent: PARENT, attributes: attributes({ 'url.path': '/"\n', 'server.port': 80, none: undefined }) },
    { ...SPAN, context: { ...CONTEXT, traceState: undefined }, kind: SpanKind.INTERNAL, parent: CONTEXT, link },
    { ...SPAN, kind: SpanKind.CLIENT, error: 'ECONNRESET', attributes: attribute('a', 'b') },
  );
  assert.deepEqual(resource.attributes, [
    { key: 'service.name', value: { stringValue: 'shop "1"' } },
    { key: 'process.pid', value: { intValue: 7 } },
  ]);
  const [{ scope, spans }] = scopeSpans;
  assert.deepEqual(scope, { name: 'lockstep' });
  const withoutTimes = ({ startTimeUnixNano, endTimeUnixNano, ...span }: Record<string, unknown>) => span;
  const { traceId, spanId } = CONTEXT;
  assert.deepEqual(spans.map(withoutTimes), [
    {
      traceId,
      spanId,
      parentSpanId: PARENT.spanId,
      traceState: 'x=1',
      flags: 0x301,
      name: 'query',
      kind: 2,
      attributes: [
        { key: 'url.path', value: { stringValue: '/"\n' } },
        { key: 'server.port', value: { intValue: 80 } },
      ],
      status: { code: 0 },
    },
    {
      traceId,
      spanId,
      parentSpanId: spanId,
      flags: 0x101,
      name: 'query',
      kind: 1,
      attributes: [],
      status: { code: 0 },
      links: [{ traceId: link.traceId, spanId: link.spanId, flags: 0x100 }],
    },
    {
      traceId,
      spanId,
      traceState: 'x=1',
      flags: 0x101,
      name: 'query',
      kind: 3,
      attributes: [
        { key: 'a', value: { stringValue: 'b' } },
        { key: 'error.type', value: { stringValue: 'ECONNRESET' } },
      ],
      status: { code: 2 },
    },
  ]);
});

test('writes batches of any length in UTF-8', () => {
  const names = Array.from({ length: 600 }, (_, index) => `${'日'.repeat(index % 128)} ${index}`);
  const { scopeSpans } = written(...names.map((name) => ({ ...SPAN, name })));
  assert.deepEqual(
    scopeSpans[0].spans.map(({ name }: RecordedSpan) => name),
    names,
  );
  assert.deepEqual(written().scopeSpans[0].spans, []);
});

test('gives times in nanoseconds of Unix time, also after the system clock was set', (t) => {
  const nanosecondsAt = (startedAt: number) => {
    const [span] = written({ ...SPAN, startedAt, endedAt: startedAt + 1.5 }).scopeSpans[0].spans;
    assert.equal(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano), 1_500_000n);
    return Number(span.startTimeUnixNano) / 1e6;
  };
  const [started, now] = [performance.now(), Date.now()];
  assert.ok(Math.abs(nanosecondsAt(started) - now) < 1000);
  t.mock.timers.enable({ apis: ['Date'], now: now + 3_600_000 });
  assert.ok(Math.abs(nanosecondsAt(started) - now - 3_600_000) < 1000);
});
