import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childOf, newContext, readTraceContext, traceHeaders } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331`;

test('continues a trace: the same id, state and sampling, and a span of its own', () => {
  for (const flags of ['01', '00']) {
    const parent = readTraceContext({ traceparent: `${PARENT}-${flags}`, tracestate: 'a=1, b=2' });
    assert.ok(parent);
    const { traceparent, tracestate } = traceHeaders(childOf(parent));
    assert.match(String(traceparent), new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
    assert.notEqual(traceparent, `${PARENT}-${flags}`);
    assert.equal(tracestate, 'a=1,b=2');
  }
  const parent = readTraceContext({ traceparent: `${PARENT}-ff` });
  assert.match(String(parent && traceHeaders(childOf(parent)).traceparent), /-01$/, 'flags that are not known yet');
});

test('begins a trace if the headers have none that is valid', () => {
  for (const traceparent of [undefined, '', 'x', `${PARENT}-01-x`, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
    assert.equal(readTraceContext({ traceparent, tracestate: 'a=1' }), undefined, traceparent);
  }
  const headers = traceHeaders(newContext(true));
  assert.match(String(headers.traceparent), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.deepEqual(Object.keys(headers), ['traceparent']);
  assert.deepEqual(Object.keys(traceHeaders({ ...newContext(false), traceState: 'a=1' })), [
    'traceparent',
    'tracestate',
  ]);
});

test('drops a tracestate that is not valid', () => {
  const read = readTraceContext({ traceparent: `${PARENT}-01`, tracestate: 'a'.repeat(600) });
  assert.deepEqual(read && Object.keys(traceHeaders(read)), ['traceparent']);
});

test('makes ids that differ', () => {
  const ids = Array.from({ length: 5000 }, () => newContext(true)).flatMap(({ traceId, spanId }) => [traceId, spanId]);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^([0-9a-f]{16}){1,2}$/.test(id)));
});
