import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { ask, createUser } from '../harness/client.ts';
import { readPage } from '../harness/documentation.ts';
import { startGraph } from '../harness/graph.ts';
import { until } from '../harness/waiting.ts';
import { type Span, startCollector } from './collector.ts';
import { scrape } from './scrape.ts';

const collector = await startCollector({ after });
const graph = await startGraph(
  { after },
  {
    only: ['users', 'orders'],
    all: {
      ACCESS_LOG: 'true',
      METRICS_PATH: '/figures',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${collector.url}/v1/logs`,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=of%20the%20collector',
    },
  },
);
const { gateway, users, orders } = graph;
const ada = await createUser(graph.url, 'ada@example.com');

const SECRET = 'sesame';
const CREATE = `mutation Create($userId: ID!, $key: String) {
  createOrder(userId: $userId, amount: "1.50", idempotencyKey: $key) { user { name } }
}`;

/** Returns `service: name < parent` of each span, the parents' first. */
function treeOf(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const titleOf = (span: Span | undefined): string => (span ? `${span.service}: ${span.name}` : 'client');
  return spans.map((span) => `${titleOf(span)} < ${titleOf(byId.get(span.parentSpanId ?? ''))}`).toSorted();
}

test('one trace goes from the client through the gateway and orders to users, with the statements of both', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, 'x-request-id': 'web-1' };
  await ask(graph.url, CREATE, { userId: ada, key: SECRET }, headers);
  const expected = [
    'lockstep: mutation < client',
    'lockstep: POST orders < lockstep: mutation',
    'orders: mutation < lockstep: POST orders',
    'orders: POST users < orders: mutation',
    'users: query < orders: POST users',
    'users: SELECT users < users: query',
    'orders: INSERT orders < orders: mutation',
    'lockstep: POST users < lockstep: mutation',
    'users: query < lockstep: POST users',
  ];
  const spans = await until(
    () => collector.spans.filter((span) => span.traceId === traceId),
    (found) => {
      const tree = treeOf(found);
      return expected.every((edge) => tree.includes(edge));
    },
  );
  const statement = spans.find(({ name }) => name === 'INSERT orders');
  assert.equal(statement?.kind, 3);
  const engine = isPostgresUrl(graph.databaseOf('orders')) ? 'postgresql' : 'sqlite';
  assert.equal(statement?.attributes['db.system.name'], engine);
  assert.equal(statement?.attributes['db.collection.name'], 'orders');
  assert.match(String(statement?.attributes['db.query.text']), /^insert into "orders" .*(\?|\$1)/);
  assert.equal(collector.headers['x-key'], 'of the collector');
  assert.doesNotMatch(JSON.stringify(spans), new RegExp(SECRET));
});

test('each process logs a line for the request under one id and one trace', async () => {
  const lines = await Promise.all(
    [gateway, orders, users].map((process) =>
      process.logged(({ msg, requestId }) => msg === 'request' && requestId === 'web-1'),
    ),
  );
  assert.deepEqual(
    lines.map(({ name, operationType, operationName, outcome, status }) => [
      ...[name, operationType, operationName, outcome, status],
    ]),
    [
      ['gateway', 'mutation', 'Create', 'ok', 200],
      ['orders', 'mutation', 'Create__orders__0', 'ok', 200],
      ['users', 'query', 'Exists', 'ok', 200],
    ],
  );
  assert.equal(new Set(lines.map(({ traceId }) => traceId)).size, 1);
  assert.equal(new Set(lines.map(({ spanId }) => spanId)).size, 3);
  assert.doesNotMatch(gateway.output() + orders.output() + users.output(), new RegExp(SECRET));
});

test('a call of orders that fails is logged once, under the id of the request, with its reason', async () => {
  graph.verificationProxy.behaviour = 'reset';
  for (const id of ['web-2', 'web-3']) await ask(graph.url, CREATE, { userId: ada }, { 'x-request-id': id });
  graph.verificationProxy.behaviour = 'pass';
  for (const id of ['web-2', 'web-3']) {
    const { errors } = await orders.logged(({ msg, requestId }) => msg === 'request' && requestId === id);
    assert.deepEqual(errors, { SUBGRAPH_UNAVAILABLE: 1 });
    const lines = orders.logs.filter(({ msg, requestId }) => msg !== 'request' && requestId === id);
    assert.deepEqual(
      lines.map(({ level, subgraph, msg }) => [level, subgraph, msg.replace(/: .*/, '')]),
      [['warn', 'users', 'a call to the subgraph failed']],
    );
  }
});

test('counts requests, calls, resolvers, statements, sagas and passes of the sweep, without texts of clients', async () => {
  const ofOrders = await scrape(orders.url, '/figures');
  const atLeast = (series: string, count: number) =>
    assert.ok((ofOrders.get(series) ?? 0) >= count, `${series} ${ofOrders.get(series)}`);
  atLeast('lockstep_requests_total{outcome="ok",status="200"}', 1);
  atLeast('lockstep_requests_total{outcome="error",status="200"}', 2);
  atLeast('lockstep_request_duration_seconds_count', 3);
  atLeast('lockstep_subgraph_calls_total{status="200",subgraph="users"}', 1);
  atLeast('lockstep_subgraph_calls_total{status="none",subgraph="users"}', 2);
  atLeast('lockstep_subgraph_call_duration_seconds_count{subgraph="users"}', 3);
  atLeast('lockstep_resolver_duration_seconds_count{field="Mutation.createOrder"}', 3);
  atLeast('lockstep_statement_duration_seconds_count{statement="INSERT orders"}', 1);
  atLeast('lockstep_sweep_passes_total{outcome="done"}', 1);
  assert.equal(ofOrders.get('lockstep_sagas{state="RELEASING"}'), 0);
  assert.ok(ofOrders.has('nodejs_eventloop_lag_p99_seconds'));
  const ofUsers = await scrape(users.url, '/figures');
  assert.ok((ofUsers.get('lockstep_statement_duration_seconds_count{statement="SELECT users"}') ?? 0) >= 1);
  const ofGateway = await scrape(graph.url, '/figures');
  assert.ok((ofGateway.get('lockstep_subgraph_calls_total{status="200",subgraph="orders"}') ?? 0) >= 3);
  assert.doesNotMatch(JSON.stringify([...ofOrders, ...ofUsers]), new RegExp(SECRET));
});

test('the page of operations has every metric of the subgraphs', async () => {
  const text = await (await fetch(new URL('/figures', orders.url))).text();
  const names = [...text.matchAll(/^# TYPE (lockstep_\w+)/gm)].map(([, name = '']) => name);
  const page = readPage('docs/operations.md');
  assert.ok(names.length > 8);
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

test('a collector gets the log lines of every process, each in its trace', async () => {
  const own = () =>
    collector.lines.filter(({ body, attributes }) => body === 'request' && attributes.requestId === 'web-1');
  const lines = await until(own, ({ length }) => length >= 4); // users is asked twice
  assert.deepEqual([...new Set(lines.map(({ service }) => service))].toSorted(), ['lockstep', 'orders', 'users']);
  for (const { traceId, spanId, flags, severity } of lines) {
    assert.deepEqual([severity, flags], ['info', 1]);
    const span = await until(
      () => collector.spans.find((one) => one.spanId === spanId),
      (found) => found !== undefined,
    );
    assert.deepEqual([span?.traceId, span?.kind], [traceId, 2]);
  }
  const failed = await until(
    () => collector.lines.find(({ body }) => /^a call to the subgraph failed: /.test(String(body))),
    (found) => found !== undefined,
  );
  assert.deepEqual([failed?.severity, failed?.service], ['warn', 'orders']);
  assert.match(String(failed?.traceId), /^[\da-f]{32}$/);
  assert.doesNotMatch(JSON.stringify(collector.lines), new RegExp(SECRET));
});

test('a line of a trace that is not sampled says so', async () => {
  const traceId = '1bf7651916cd43dd8448eb211c80319d';
  await ask(graph.url, '{ users { id } }', {}, { traceparent: `00-${traceId}-00f067aa0ba902b7-00` });
  const own = () => collector.lines.filter((line) => line.body === 'request' && line.traceId === traceId);
  const lines = await until(own, ({ length }) => length >= 2);
  assert.deepEqual(
    lines.map(({ flags }) => flags ?? 0),
    lines.map(() => 0),
  );
  const [line] = gateway.logs.filter((one) => one.traceId === traceId);
  assert.equal(line?.traceFlags, '00');
});

test('a collector gets the metrics of every process, by the names of the conventions', async () => {
  const latest = (service: string, name: string, attributes = {}) =>
    collector.points.findLast(
      (point) =>
        point.service === service &&
        point.name === name &&
        Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );
  for (const service of ['lockstep', 'orders', 'users']) {
    const point = await until(
      () => latest(service, 'http.server.request.duration'),
      (found) => (found?.value ?? 0) > 0,
    );
    const sum = point?.counts.reduce((one, other) => one + other, 0);
    assert.deepEqual([sum, point?.counts.length], [point?.value, 14]);
    assert.ok(latest(service, 'nodejs.eventloop.delay.p99'));
  }
  for (const [name, attributes, count] of [
    ['http.client.request.duration', { subgraph: 'users', 'http.request.method': 'POST' }, 3],
    ['db.client.operation.duration', { 'db.query.summary': 'INSERT orders' }, 1],
    ['lockstep_requests_total', { outcome: 'error' }, 2],
  ] as const) {
    await until(
      () => latest('orders', name, attributes),
      (found) => (found?.value ?? 0) >= count,
    );
  }
  assert.equal(latest('orders', 'lockstep_sagas', { state: 'RELEASING' })?.value, 0);
  assert.doesNotMatch(JSON.stringify(collector.points), new RegExp(SECRET));
});
