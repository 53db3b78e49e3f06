import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ask, createUser, get } from '../harness/client.ts';
import { type Afterwards, type Graph, startGraph } from '../harness/graph.ts';
import type { LogLine } from '../harness/process.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { startCollector } from './collector.ts';

/** Starts a graph with these telemetry settings, and returns a function that changes them. */
async function startWith(t: Afterwards, telemetry: string, env: Record<string, string> = {}) {
  const { supergraph } = await copySupergraph(t);
  const original = await readFile(supergraph, 'utf8');
  const change = (lines: string) => replace(supergraph, `${original}gateway:\n  telemetry: ${lines}\n`);
  await change(telemetry);
  return { change, graph: await startGraph(t, { only: ['users'], gateway: { SUPERGRAPH_FILE: supergraph, ...env } }) };
}

const isAccess = ({ msg }: LogLine) => msg === 'request';

/** Returns the log line of the request with this id. */
function lineOf({ gateway }: Graph, requestId: string): Promise<LogLine> {
  return gateway.logged((line) => isAccess(line) && line.requestId === requestId);
}

test('logs one line per answered request, without secrets of the client', async (t) => {
  const collector = await startCollector(t);
  const { graph } = await startWith(
    t,
    `{ logging: { access_log: true }, tracing: { otlp: { endpoint: "${collector.url}" } } }`,
  );
  const SECRET = 'sesame';
  const query =
    'mutation Register($name: String!) { createUser(name: $name, email: "sesame@example.com") { id email } }';
  const headers = { 'x-request-id': 'web-1', authorization: `Bearer ${SECRET}`, cookie: `token=${SECRET}` };
  const { text } = await ask(graph.url, query, { name: SECRET }, headers);
  const { durationMs, bytes, traceId, spanId, traceFlags, time, pid, ...line } = await lineOf(graph, 'web-1');
  assert.deepEqual(line, {
    level: 'info',
    name: 'gateway',
    msg: 'request',
    requestId: 'web-1',
    client: '127.0.0.1',
    method: 'POST',
    status: 200,
    outcome: 'ok',
    operationType: 'mutation',
    operationName: 'Register',
  });
  assert.ok(Number(durationMs) > 0 && Number(durationMs) < 10_000, `${durationMs} ms`);
  assert.ok(Number(bytes) > text.length && Number(bytes) < text.length + 1000, `${bytes} bytes`);
  assert.match(`${traceId} ${spanId} ${traceFlags}`, /^[\da-f]{32} [\da-f]{16} 01$/);
  assert.deepEqual([typeof time, pid], ['string', graph.gateway.pid]);

  graph.usersProxy.behaviour = 'reset';
  await ask(graph.url, '{ a: users { id } b: users { name } }', {}, { 'x-request-id': 'web-2' });
  const failed = await lineOf(graph, 'web-2');
  assert.deepEqual([failed.outcome, failed.errors], ['error', { SUBGRAPH_UNAVAILABLE: 2 }]);

  await ask(graph.url, '{ nope }', {}, { 'x-request-id': 'has spaces and "quotes"' });
  const invalid = await graph.gateway.logged(
    ({ errors }) => JSON.stringify(errors) === '{"GRAPHQL_VALIDATION_FAILED":1}',
  );
  assert.deepEqual([invalid.status, invalid.outcome], [400, 'error']);
  assert.match(String(invalid.requestId), /^[\da-f]{8}-/);

  await fetch(graph.url, { method: 'PUT', headers: { 'x-request-id': 'web-4' } });
  const refused = await lineOf(graph, 'web-4');
  assert.deepEqual([refused.status, refused.outcome, refused.method], [405, 'refused', 'PUT']);
  assert.equal(graph.gateway.logs.filter(isAccess).length, 4);
  assert.doesNotMatch(JSON.stringify(graph.gateway.logs), new RegExp(SECRET));
});

test('writes no access log by default, nor after it is turned off', async (t) => {
  const { change, graph } = await startWith(t, '{}');
  await createUser(graph.url, 'ada@example.com');
  await change('{ logging: { access_log: true } }');
  await until(
    () => get(graph.url, '{ users { id } }'),
    () => graph.gateway.logs.some(isAccess),
  );
  const { length } = graph.gateway.logs;
  await change('{ logging: { access_log: false } }');
  await graph.gateway.logged(
    (line) => line.msg.startsWith('the graph has changed') && graph.gateway.logs.indexOf(line) >= length,
  );
  const before = graph.gateway.logs.filter(isAccess).length;
  await get(graph.url, '{ users { id } }');
  await graph.gateway.stop();
  assert.equal(graph.gateway.logs.filter(isAccess).length, before);
});

test('uses the format and level of the file from the start, and follows their changes', async (t) => {
  const { change, graph } = await startWith(t, '{ logging: { format: json } }', { LOG_FORMAT: '' });
  assert.ok(graph.gateway.logs.some(({ msg }) => msg.startsWith('the graph is')));
  /** Returns the number of JSON lines about changed settings. */
  const told = () => graph.gateway.logs.filter(({ msg }) => msg.startsWith('the graph has changed')).length;
  const changeTo = async (logging: string, path: string) => {
    await change(`{ logging: ${logging}, metrics: { prometheus: ${path} } }`);
    await until(
      () => fetch(new URL(path, graph.url)).then(({ status }) => status),
      (status) => status === 200,
    );
  };
  await changeTo('{ format: pretty }', '/one');
  await changeTo('{ format: json }', '/two');
  await until(told, (count) => count > 0);
  assert.equal(told(), 1);
  await changeTo('{ format: json, level: error }', '/three');
  await graph.gateway.stop();
  assert.equal(told(), 1);
  assert.ok(!graph.gateway.logs.some(({ msg }) => msg === 'stopped'));
});
