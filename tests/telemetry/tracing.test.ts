import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ask, createOrder, createUser, get } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';
import { freePort } from '../harness/ports.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { type Span, startCollector } from './collector.ts';

const collector = await startCollector({ after });
const files = await copySupergraph({ after });
const original = await readFile(files.supergraph, 'utf8');
/** Settings with a header rule that would keep calls from being shared if it passed `traceparent` on. */
const settings = (tracing: string) =>
  `${original}gateway:\n  headers: { request: [{ propagate: { matching: ^trace } }] }\n  telemetry:\n    metrics: { prometheus: /metrics }\n    ${tracing}\n`;
const otlp = `otlp: { endpoint: "${collector.url}", headers: [{ name: x-key, value: of the collector }] }`;
await replace(files.supergraph, settings(`tracing: { ${otlp}, sampler: 1, service_name: shop }`));
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
const ada = await createUser(graph.url, 'ada@example.com');
await createOrder(graph.url, ada);

let traces = 0;

/** Returns the `traceparent` of a new trace. */
function newTrace(flags = '01'): { traceId: string; headers: { traceparent: string } } {
  traces += 1;
  const traceId = `0af7651916cd43dd8448eb2${String(traces).padStart(9, '0')}`;
  return { traceId, headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` } };
}

const named = (spans: readonly Span[], name: string) => {
  const found = spans.filter((span) => span.name === name);
  assert.equal(found.length, 1, `${found.length} ${name} in ${spans.map((span) => span.name)}`);
  return found[0] as Span;
};

const QUERY = 'query OrdersOfUsers { orders { id user { name } } }';

test('traces from the client through the operation to each call, and passes the trace to the subgraphs', async () => {
  const { traceId, headers } = newTrace();
  graph.ordersProxy.calls.length = graph.usersProxy.calls.length = 0;
  await ask(graph.url, QUERY, {}, headers);
  const spans = await collector.traceOf(traceId, 4);
  const operation = named(spans, 'query');
  assert.deepEqual(
    [operation.parentSpanId, operation.kind, operation.service, operation.isError],
    ['00f067aa0ba902b7', 2, 'shop', false],
  );
  const { 'client.address': client, 'server.port': port, ...attributes } = operation.attributes;
  assert.deepEqual([client, port], ['127.0.0.1', graph.gateway.port]);
  assert.deepEqual(attributes, {
    'graphql.operation.name': 'OrdersOfUsers',
    'graphql.operation.type': 'query',
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'network.protocol.version': '1.1',
    'server.address': '127.0.0.1',
    'url.path': '/graphql',
    'url.scheme': 'http',
  });
  const compile = named(spans, 'compile');
  assert.deepEqual([compile.parentSpanId, compile.kind], [operation.spanId, 1]);
  for (const [subgraph, { calls, url }] of Object.entries({ orders: graph.ordersProxy, users: graph.usersProxy })) {
    const call = named(spans, `POST ${subgraph}`);
    assert.deepEqual([call.parentSpanId, call.kind, call.isError], [operation.spanId, 3, false]);
    assert.ok(call.durationMs > 0 && call.durationMs <= operation.durationMs, `${call.durationMs} ms`);
    assert.equal(call.attributes['url.full'], url);
    assert.equal(call.attributes['http.response.status_code'], 200);
    assert.equal(call.attributes['lockstep.subgraph'], subgraph);
    assert.deepEqual(
      calls.map((sent) => sent.headers.traceparent),
      [`00-${traceId}-${call.spanId}-01`],
    );
  }
  assert.equal(named(spans, 'POST users').attributes['lockstep.entities'], 1);
  assert.equal(collector.headers['x-key'], 'of the collector');
});

test('shares a call between traces: it is a span of one and linked from the others', async () => {
  const own = Array.from({ length: 3 }, () => newTrace());
  graph.ordersProxy.behaviour = 'hold';
  graph.ordersProxy.calls.length = graph.usersProxy.calls.length = 0;
  const arrival = graph.ordersProxy.nextCall();
  const asking = own.map(({ headers }) => ask(graph.url, QUERY, {}, headers));
  await arrival;
  await until(
    () => fetch(new URL('/metrics', graph.url)).then((response) => response.text()),
    (text) => text.includes('lockstep_requests_under_way 3\n'),
  );
  await get(graph.url, '{ __typename }'); // by then all three wait for the one call
  graph.ordersProxy.behaviour = 'pass';
  await graph.ordersProxy.letGo();
  await Promise.all(asking);
  assert.deepEqual([graph.ordersProxy.calls.length, graph.usersProxy.calls.length], [1, 1]);
  const spans = (await Promise.all(own.map(({ traceId }) => collector.traceOf(traceId, 3)))).flat();
  for (const subgraph of ['orders', 'users']) {
    const call = named(spans, `POST ${subgraph}`);
    const shared = spans.filter(({ name }) => name === `shared POST ${subgraph}`);
    assert.deepEqual(
      shared.map(({ links, kind }) => ({ links, kind })),
      Array(2).fill({ links: [`${call.traceId} ${call.spanId}`], kind: 1 }),
    );
    const parents = spans.filter(({ name }) => name === 'query');
    for (const { traceId, parentSpanId } of shared) {
      assert.equal(parents.find((parent) => parent.traceId === traceId)?.spanId, parentSpanId);
    }
  }
});

test('marks failures in the call and in the operation, but not mistakes of clients', async () => {
  const { traceId, headers } = newTrace();
  graph.usersProxy.behaviour = 'status 500';
  await ask(graph.url, QUERY, {}, headers);
  graph.usersProxy.behaviour = 'pass';
  const spans = await collector.traceOf(traceId, 3);
  const call = named(spans, 'POST users');
  assert.deepEqual([call.isError, call.attributes['error.type']], [true, '500']);
  assert.equal(call.attributes['http.response.status_code'], 500);
  const operation = named(spans, 'query');
  assert.deepEqual([operation.isError, operation.attributes['error.type']], [true, 'SUBGRAPH_UNAVAILABLE']);
  const invalid = newTrace();
  await ask(graph.url, '{ nothing }', {}, invalid.headers);
  const [refused] = await collector.traceOf(invalid.traceId, 1);
  assert.deepEqual([refused?.isError, refused?.attributes['http.response.status_code']], [false, 400]);
});

test('does not send a trace that its client does not sample, and passes it on unsampled', async () => {
  const unsampled = newTrace('00');
  graph.usersProxy.calls.length = 0;
  await ask(graph.url, '{ users { id } }', {}, unsampled.headers);
  assert.match(
    String(graph.usersProxy.calls[0]?.headers.traceparent),
    new RegExp(`^00-${unsampled.traceId}-\\w{16}-00$`),
  );
  const next = newTrace();
  await ask(graph.url, '{ users { id } }', {}, next.headers);
  await collector.traceOf(next.traceId, 2);
  assert.deepEqual(
    collector.spans.filter(({ traceId }) => traceId === unsampled.traceId),
    [],
  );
});

test('applies changed settings: sampler, service name, and no tracing', async () => {
  await replace(files.supergraph, settings(`tracing: { ${otlp}, sampler: 0, service_name: store }`));
  graph.usersProxy.calls.length = 0;
  const ofStore = () => collector.spans.filter(({ service }) => service === 'store');
  await until(
    async () => {
      await ask(graph.url, '{ users { id } }', {}, newTrace().headers);
      return ofStore();
    },
    (spans) => spans.length > 0,
  );
  await get(graph.url, '{ users { name } }');
  assert.match(String(graph.usersProxy.calls.at(-1)?.headers.traceparent), /-00$/);

  await replace(files.supergraph, original);
  await until(
    async () => {
      await ask(graph.url, '{ users { id } }', {}, newTrace().headers);
      return graph.usersProxy.calls.at(-1)?.headers.traceparent;
    },
    (traceparent) => traceparent === undefined,
  );
});

test('logs a collector that is down once without delaying requests, and sends the remaining spans at the stop', async (t) => {
  const port = await freePort();
  const { supergraph } = await copySupergraph(t);
  const telemetry = `tracing: { otlp: { endpoint: "http://127.0.0.1:${port}" } }`;
  await replace(supergraph, settings(telemetry));
  const own = await start(t, 'gateway', { SUPERGRAPH_FILE: supergraph, USERS_URL: graph.usersProxy.url });
  const told = own.logged(({ msg }) => msg.startsWith("the collector doesn't take traces"));
  const answered = until(
    () => get(own.url, '{ users { id } }'),
    () => own.logs.filter(({ msg }) => msg.startsWith("the collector doesn't take traces")).length > 0,
  );
  await told;
  await answered;

  const late = await startCollector(t, port);
  await until(
    () => get(own.url, '{ users { id } }'),
    () => late.spans.length > 0,
  );
  const last = newTrace();
  await ask(own.url, '{ users { id } }', {}, last.headers);
  await own.stop();
  assert.equal(late.spans.filter(({ traceId }) => traceId === last.traceId).length, 2);
  const lines = own.logs.filter(({ msg }) => msg.startsWith('the collector')).map(({ msg }) => msg);
  assert.equal(lines.length, 2, lines.join('\n'));
  assert.equal(lines[1], 'the collector accepts traces again');
});

test('stops in time if the collector never responds', async (t) => {
  const silent = await startCollector(t);
  silent.status = 0;
  const { supergraph } = await copySupergraph(t);
  await replace(supergraph, settings(`tracing: { otlp: { endpoint: "${silent.url}" } }`));
  const own = await start(t, 'gateway', { SUPERGRAPH_FILE: supergraph, USERS_URL: graph.usersProxy.url });
  await get(own.url, '{ users { id } }');
  const stoppedAt = performance.now();
  await own.stop();
  const tookMs = performance.now() - stoppedAt;
  assert.ok(tookMs < 4500, `${tookMs} ms`);
});
