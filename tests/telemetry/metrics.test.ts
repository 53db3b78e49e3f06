import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ask, createOrder, createUser, get } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { copySupergraph, edit, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { type Samples, scrape } from './scrape.ts';

const files = await copySupergraph({ after });
await edit(
  files.supergraph,
  'timeout: 2s',
  'timeout: 2s\n    retry: { interval: 1ms, budget: 1 }\n    circuit_breaker: { request_threshold: 5, sleep_window: 1m }',
);
const original = await readFile(files.supergraph, 'utf8');
const withTelemetry = `${original}gateway:
  telemetry: { metrics: { prometheus: /metrics } }
  limits: { max_depth: 4, max_aliases: 1, warn_only: true }
  demand_control: { enabled: true, max_cost: 1000 }
  persisted_queries: { log_unknown: false }
`;
await replace(files.supergraph, withTelemetry);
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
const ada = await createUser(graph.url, 'ada@example.com');

/** Returns the differences between two scrapes. */
function changes(before: Samples, now: Samples): Record<string, number> {
  const changed = [...now].filter(([series, value]) => value !== (before.get(series) ?? 0));
  return Object.fromEntries(changed.map(([series, value]) => [series, value - (before.get(series) ?? 0)]));
}

/** Returns what an action changes in the gateway's own series, durations excluded. */
async function counted(action: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await scrape(graph.url);
  await action();
  // The gateway may count a request a moment after its client has the response.
  const now = await until(
    () => scrape(graph.url),
    (samples) => samples.get('lockstep_requests_under_way') === 0,
  );
  const own = Object.entries(changes(before, now)).filter(
    ([series]) => series.startsWith('lockstep_') && !/_(sum|bucket)\b/.test(series),
  );
  return Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const ANSWERED = 'lockstep_requests_total{outcome="ok",status="200"}';

test('counts a query as one request, one fetch and one call, and compiles it once', async () => {
  const first = await counted(() => get(graph.url, 'query Names { users { name } }'));
  assert.deepEqual(first, {
    lockstep_operation_cache_misses_total: 1,
    lockstep_operation_cache_size: 1,
    lockstep_operation_compile_duration_seconds_count: 1,
    lockstep_request_duration_seconds_count: 1,
    [ANSWERED]: 1,
    'lockstep_subgraph_call_duration_seconds_count{subgraph="users"}': 1,
    'lockstep_subgraph_calls_total{status="200",subgraph="users"}': 1,
    'lockstep_subgraph_fetches_total{outcome="answered",subgraph="users"}': 1,
  });
  const second = await counted(() => get(graph.url, 'query Names { users { name } }'));
  assert.deepEqual(
    [second.lockstep_operation_cache_hits_total, second.lockstep_operation_cache_misses_total],
    [1, undefined],
  );
});

test('counts the calls saved by deduplication and by batching', async () => {
  await createOrder(graph.url, ada);
  graph.ordersProxy.behaviour = 'hold';
  const saved = await counted(async () => {
    const arrival = graph.ordersProxy.nextCall();
    const asking = Array.from({ length: 4 }, () => get(graph.url, '{ orders { user { name } } }'));
    await arrival;
    await until(
      () => scrape(graph.url),
      (samples) => samples.get('lockstep_requests_under_way') === 4,
    );
    await get(graph.url, '{ __typename }'); // by then all four wait for the one call
    graph.ordersProxy.behaviour = 'pass';
    await graph.ordersProxy.letGo();
    await Promise.all(asking);
  });
  for (const [subgraph, by] of [
    ['orders', 'deduplication'],
    ['users', 'batching'],
  ]) {
    assert.equal(saved[`lockstep_subgraph_fetches_total{outcome="answered",subgraph="${subgraph}"}`], 4);
    assert.equal(saved[`lockstep_subgraph_calls_total{status="200",subgraph="${subgraph}"}`], 1);
    assert.equal(saved[`lockstep_subgraph_calls_saved_total{by="${by}",subgraph="${subgraph}"}`], 3);
  }
});

test('counts rejections, and those only logged, by rule', async () => {
  const deep = await counted(() => ask(graph.url, '{ orders { user { orders { user { orders { id } } } } } }'));
  assert.equal(deep['lockstep_refusals_total{outcome="passed",rule="max_depth"}'], 1);
  assert.equal(deep['lockstep_refusals_total{outcome="refused",rule="demand_control.max_cost"}'], 1);
  assert.equal(deep['lockstep_requests_total{outcome="error",status="400"}'], 1);
  const unreadable = await counted(() => fetch(graph.url, { method: 'PUT' }));
  assert.equal(unreadable['lockstep_requests_total{outcome="refused",status="405"}'], 1);
});

test('puts no text of a client into labels', async () => {
  await ask(graph.url, 'query Sesame { users { name } }', {}, { 'x-request-id': 'Sesame', 'user-agent': 'Sesame' });
  await ask(graph.url, '{ Sesame }');
  await fetch(`${graph.url}?Sesame`, { method: 'SEARCH' });
  const text = await (await fetch(new URL('/metrics', graph.url))).text();
  assert.doesNotMatch(text, /Sesame|SEARCH/);
});

test('counts a client that disconnects, and its fetches', async () => {
  graph.ordersProxy.behaviour = 'hang';
  const left = await counted(async () => {
    const leaving = new AbortController();
    const asking = fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ orders { id } }"}',
      signal: leaving.signal,
    });
    const call = await graph.ordersProxy.nextCall();
    leaving.abort();
    await assert.rejects(asking);
    await call.abandoned;
    await until(
      () => scrape(graph.url),
      (samples) => samples.has('lockstep_subgraph_fetches_total{outcome="abandoned",subgraph="orders"}'),
    );
  });
  graph.ordersProxy.behaviour = 'pass';
  assert.equal(left['lockstep_requests_total{outcome="abandoned",status="none"}'], 1);
  assert.equal(left['lockstep_subgraph_fetches_total{outcome="abandoned",subgraph="orders"}'], 1);
  assert.equal(left['lockstep_subgraph_calls_total{status="none",subgraph="orders"}'], 1);
});

test('counts retries, failures of a subgraph and its circuit breaker', async () => {
  const state = (samples: Samples) =>
    ['closed', 'open', 'half-open'].map((name) =>
      samples.get(`lockstep_subgraph_circuit_breaker_state{state="${name}",subgraph="users"}`),
    );
  assert.deepEqual(state(await scrape(graph.url)), [1, 0, 0]);
  graph.usersProxy.behaviour = 'reset';
  const failed = await counted(() => ask(graph.url, '{ users { id } }'));
  const retries = failed['lockstep_subgraph_retries_total{subgraph="users"}'] ?? 0;
  assert.ok(retries >= 1, `${retries} retries`);
  assert.equal(failed['lockstep_subgraph_calls_total{status="none",subgraph="users"}'], 1 + retries);
  assert.equal(failed['lockstep_subgraph_fetches_total{outcome="unavailable",subgraph="users"}'], 1);
  for (let call = 0; call < 5; call += 1) await ask(graph.url, '{ users { id } }');
  graph.usersProxy.behaviour = 'pass';
  assert.deepEqual(state(await scrape(graph.url)), [0, 1, 0]);
});

test('keeps counting when the settings change, and counts the changes', async () => {
  const before = await scrape(graph.url);
  await nextError(graph.gateway, () => replace(files.supergraph, `${withTelemetry}  telemetry: wrong\n`));
  const moved = withTelemetry.replace('/metrics', '/figures');
  await replace(files.supergraph, moved);
  const now = await until(
    () => scrape(graph.url, '/figures').catch(() => undefined),
    (samples) => samples !== undefined,
  );
  assert.equal((await fetch(new URL('/metrics', graph.url))).status, 404);
  assert.ok((now?.get(ANSWERED) ?? 0) >= (before.get(ANSWERED) ?? 0), 'the counts began anew');
  await until(
    () => scrape(graph.url, '/figures'),
    (samples) => samples.get('lockstep_supergraph_reloads_total{outcome="accepted"}') === 1,
  );
  assert.equal(now?.get('lockstep_supergraph_reloads_total{outcome="refused"}'), 1);
  await replace(files.supergraph, original);
  await until(
    () => fetch(new URL('/figures', graph.url)).then(({ status }) => status),
    (status) => status === 404,
  );
});

test('reports metrics of the process', async () => {
  await replace(files.supergraph, withTelemetry);
  const samples = await until(
    () => scrape(graph.url).catch(() => undefined),
    (found) => found !== undefined,
  );
  const names = ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'];
  for (const name of names) assert.ok(samples?.has(name), name);
  const text = await (await fetch(new URL('/metrics', graph.url))).text();
  assert.match(text, new RegExp(`^process_resident_memory_bytes\\{pid="${graph.gateway.pid}"\\} \\d`, 'm'));
  assert.match(text, /^lockstep_operation_cache_size \d/m);
});

test('counts requests rejected before they are read, by rule', async (t) => {
  const { supergraph } = await copySupergraph(t);
  await replace(
    supergraph,
    `${original}gateway:
  telemetry: { metrics: { prometheus: /metrics } }
  authorization: { require_authentication: true }
  traffic_shaping: { rate_limit: { capacity: 2, interval: 1m } }
`,
  );
  const { url } = await start(t, 'gateway', { SUPERGRAPH_FILE: supergraph });
  for (let request = 0; request < 5; request += 1) await ask(url, '{ __typename }');
  const samples = await until(
    () => scrape(url),
    (found) => found.get('lockstep_requests_under_way') === 0,
  );
  const refused = [...samples].filter(([series]) => /^lockstep_(refusals|requests)_total/.test(series));
  assert.deepEqual(Object.fromEntries(refused), {
    'lockstep_refusals_total{outcome="refused",rule="authentication"}': 2,
    'lockstep_refusals_total{outcome="refused",rule="traffic_shaping.rate_limit"}': 3,
    'lockstep_requests_total{outcome="refused",status="401"}': 2,
    'lockstep_requests_total{outcome="refused",status="429"}': 3,
  });
});
