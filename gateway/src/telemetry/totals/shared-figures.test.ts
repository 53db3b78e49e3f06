import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import { TrafficMetrics } from '@lockstep/runtime/telemetry/traffic-metrics.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { SharedFigures } from './shared-figures.ts';
import { TotalsFile } from './totals-file.ts';

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-totals-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'metrics.sqlite');
}

/** Opens the figures of one of several processes. */
function openProcess(t: TestContext, file: string) {
  const metrics = new TrafficMetrics(new MetricRegistry());
  const log = recordLog();
  const shared = new SharedFigures(file, metrics.registry, log.logger);
  t.after(() => shared.close());
  const series = async (name: string) => {
    const found = (await shared.gather()).flat().filter((metric) => metric.name === name);
    return found.flatMap(({ values }) => values);
  };
  const total = async (name: string, part = name) => {
    const found = (await series(name)).filter(({ metricName = name }) => metricName === part);
    return found.reduce((sum, { value }) => sum + value, 0);
  };
  return { metrics, shared, series, total, log };
}

test('any process answers for all, and a total never falls, whichever answers and whatever ends', async (t) => {
  const file = temporaryFile(t);
  let processes = [openProcess(t, file), openProcess(t, file)];
  let [sent, before] = [0, 0];
  for (let turn = 0; turn < 60; turn += 1) {
    const one = processes[turn % processes.length];
    const other = processes[(turn * 7 + 1) % processes.length];
    one?.metrics.requests.add(200, turn % 3 === 0 ? 'ok' : 'partial');
    one?.metrics.requestDuration.add('', 0.02);
    sent += 1;
    if (turn % 2 === 0) await one?.total('lockstep_requests_total');
    const now = (await other?.total('lockstep_requests_total')) ?? 0;
    assert.ok(now >= before && now <= sent, `${before}, then ${now} of ${sent}`);
    before = now;
    if (turn % 20 === 19) {
      await one?.shared.close();
      processes = [...processes.filter((each) => each !== one), openProcess(t, file)];
    }
  }
  for (const each of processes) await each.total('lockstep_requests_total');
  assert.equal(await processes[0]?.total('lockstep_requests_total'), sent);
  const duration = 'lockstep_request_duration_seconds';
  assert.equal(await processes[1]?.total(duration, `${duration}_count`), sent);
  assert.ok(Math.abs(((await processes[1]?.total(duration, `${duration}_sum`)) ?? 0) - sent * 0.02) < 1e-6);
});

test('gauges are those of the running processes, and memory is told for each', async (t) => {
  const file = temporaryFile(t);
  const [one, other] = [openProcess(t, file), openProcess(t, file)];
  one.metrics.underWay = 2;
  other.metrics.underWay = 3;
  await one.shared.gather();
  assert.equal(await other.total('lockstep_requests_under_way'), 5);
  assert.equal((await other.series('process_resident_memory_bytes')).length, 2);
  const resources = (await other.shared.gather()).flat().filter(({ name }) => !name.startsWith('lockstep_'));
  for (const { name, values } of resources) for (const { labels } of values) assert.ok(labels.pid, name);
  await one.shared.close();
  assert.equal(await other.total('lockstep_requests_under_way'), 3);
});

test('what a killed process told is forgotten, and what it counted is kept until all have ended', (t) => {
  const file = temporaryFile(t);
  const killed = new TotalsFile(file, 'killed', 0);
  killed.write([{ metric: 'requests', series: '{}', value: 7 }], new Map([['gauges', '["killed"]']]), 0);
  const living = new TotalsFile(file, 'living', 5000);
  living.write([{ metric: 'requests', series: '{}', value: 1 }], new Map([['gauges', '["living"]']]), 11_000);
  assert.deepEqual(living.read(), {
    totals: [{ metric: 'requests', series: '{}', value: 8 }],
    told: ['["living"]'],
  });
  const later = new TotalsFile(file, 'later', 60_000);
  assert.deepEqual(later.read(), { totals: [], told: ['[]'] });
});

test('scrapes that come together cost one, and the file stays small', async (t) => {
  const file = temporaryFile(t);
  const { metrics, shared } = openProcess(t, file);
  const first = shared.gather();
  assert.equal(shared.gather(), first);
  await first;
  for (let turn = 0; turn < 300; turn += 1) {
    metrics.requests.add(200, 'ok');
    await shared.gather();
  }
  for (const part of [file, `${file}-wal`]) assert.ok(statSync(part).size < 8_000_000, part);
});

test('a file that can not be used costs the scrapes, is logged once, and is taken up again', async (t) => {
  const file = temporaryFile(t);
  writeFileSync(file, 'no database'.repeat(1000));
  const { metrics, shared, total, log } = openProcess(t, file);
  metrics.requests.add(200, 'ok');
  for (let turn = 0; turn < 3; turn += 1) await assert.rejects(shared.gather());
  assert.equal(log.lines.length, 1);
  rmSync(file);
  assert.equal(await total('lockstep_requests_total'), 1);
});
