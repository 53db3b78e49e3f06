import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { anchorsOf } from '../foundations/markdown.ts';
import { ask, createOrder, createUser, get } from '../harness/client.ts';
import { startGraph, temporaryFolder } from '../harness/graph.ts';
import { freePort } from '../harness/ports.ts';
import { ROOT } from '../harness/process.ts';
import { copySupergraph, edit } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

const PROMETHEUS = join(ROOT, 'deploy', 'prometheus');
const WATCH = join(ROOT, 'commands/watch-metrics.ts');
const DASHBOARDS = join(ROOT, 'deploy', 'grafana', 'dashboards');

const MISSING = 'no prometheus on the PATH: install it (apt-get install prometheus) and run this file again';
const skip = spawnSync('promtool', ['--version']).status !== 0 && process.env.CI !== 'true' && MISSING;

interface Alert {
  readonly alert: string;
  readonly annotations: { readonly summary?: string; readonly runbook?: string; readonly runbook_url: string };
}

const alerts: Alert[] = parse(readFileSync(join(PROMETHEUS, 'alerts.yml'), 'utf8')).groups.flatMap(
  (group: { rules: Alert[] }) => group.rules,
);

test('each alert has a summary, a line of what to do, and a section of the operations page', () => {
  const anchors = anchorsOf(readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8'));
  for (const { alert, annotations } of alerts) {
    assert.ok(annotations.summary && annotations.runbook, alert);
    assert.equal(annotations.runbook_url, `docs/operations.md#${alert.toLowerCase()}`);
    assert.ok(anchors.includes(alert.toLowerCase()), alert);
  }
});

test('the dashboards ask the Prometheus of the Grafana that shows them, by whatever name', () => {
  for (const file of readdirSync(DASHBOARDS)) {
    const { panels, templating } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8'));
    assert.deepEqual(
      templating.list.map(({ name, type, query }: Record<string, unknown>) => [name, type, query]),
      [['datasource', 'datasource', 'prometheus']],
    );
    for (const { title, datasource } of panels) assert.equal(datasource.uid, '$datasource', title);
  }
});

test('each alert fires when it should, and none while all is well', { skip }, () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', join(PROMETHEUS, 'alerts.test.yml')], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  const fired = readFileSync(join(PROMETHEUS, 'alerts.test.yml'), 'utf8');
  for (const { alert } of alerts) assert.ok(fired.includes(`{alertname="${alert}"}`), `${alert} is not shown to fire`);
});

describe('a real Prometheus', { skip }, async () => {
  if (skip) return;
  const files = await copySupergraph({ after });
  await edit(
    files.supergraph,
    'timeout: 2s',
    'timeout: 2s\n    retry: { interval: 1ms, budget: 1 }\n    circuit_breaker: { request_threshold: 1000, sleep_window: 1m }',
  );
  await edit(
    files.supergraph,
    'federation_version',
    'gateway: { telemetry: { metrics: { prometheus: /metrics } }, limits: { max_aliases: 1, warn_only: true }, response_cache: { enabled: true, subgraph: { subgraphs: { users: { enabled: true, ttl: 1m } } } } }\nfederation_version',
  );
  const graph = await startGraph(
    { after },
    { only: ['users', 'orders'], all: { METRICS_PATH: '/metrics' }, gateway: { SUPERGRAPH_FILE: files.supergraph } },
  );
  const prometheus = await watchMetrics({
    METRICS_PATH: '/metrics',
    SUPERGRAPH_FILE: files.supergraph,
    GATEWAY_PORT: String(graph.gateway.port),
    USERS_PORT: String(graph.users.port),
    ORDERS_PORT: String(graph.orders.port),
    PRODUCTS_PORT: String(await freePort()),
  });

  /** Makes the processes count all that there is to count. */
  async function load(): Promise<void> {
    const ada = await createUser(graph.url, `ada${performance.now()}@example.com`);
    await createOrder(graph.url, ada); // orders asks users
    for (let n = 0; n < 5; n += 1) {
      await get(
        graph.url,
        `{ a: user(id: ${ada}) { name orders { id } } b: user(id: ${ada}) { email } c${n}: __typename }`,
      );
    }
    graph.usersProxy.behaviour = 'reset';
    await ask(graph.url, `{ users(first: ${Math.ceil(performance.now()) % 100}) { name } }`);
    graph.usersProxy.behaviour = 'pass';
    await Promise.all(Array.from({ length: 5 }, () => get(graph.url, '{ orders { id } }')));
  }

  test('says what to do if the metrics are off, or there is no Prometheus', async (t) => {
    const folder = await temporaryFolder(t);
    const off = await copySupergraph(t);
    const run = (env: Record<string, string>) =>
      spawnSync(process.execPath, [WATCH, '--data', folder], {
        encoding: 'utf8',
        env: { ...process.env, PM2_HOME: folder, SUPERGRAPH_FILE: files.supergraph, ...env },
      }).stderr;
    assert.match(
      run({ SUPERGRAPH_FILE: off.supergraph }),
      /^the gateway counts nothing: set gateway\.telemetry\.metrics/,
    );
    assert.match(run({ PATH: folder }), /^there is no prometheus on the PATH: install it/);
  });

  test('has an answer to every expression of the dashboards', async () => {
    await edit(files.supergraph, 'interval: 1ms', 'interval: 2ms'); // a reload to be counted
    const scrapes = () => query(prometheus, 'min(count_over_time(up{job="lockstep"}[1m]))');
    for (let count = 0; count < 3; ) {
      await load();
      await sleep(500);
      count = Number((await scrapes())[0]?.value[1] ?? 0);
    }
    for (const file of readdirSync(DASHBOARDS)) {
      const { panels } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8'));
      for (const { title, targets } of panels) {
        for (const { expr } of targets) {
          const samples = await query(prometheus, expr.replaceAll('$__rate_interval', '1m'));
          assert.ok(samples.length > 0, `${file}, ${title}: ${expr}`);
          for (const { value } of samples) assert.ok(Number.isFinite(Number(value[1])), `${title}: ${value[1]}`);
        }
      }
    }
  });

  test('scrapes the gateway and each subgraph, and tells them apart', async () => {
    const up = await query(prometheus, 'up{job="lockstep"}');
    const seen = up.map(({ metric: { app }, value }) => `${app} ${value[1]}`).sort();
    assert.deepEqual(seen, ['gateway 1', 'orders 1', 'products 0', 'users 1']);
  });

  test('evaluates every alert', async () => {
    const rules = await until(
      async () => {
        const { data } = JSON.parse(await (await fetch(`${prometheus}/api/v1/rules`)).text());
        return data.groups[0].rules as { name: string; health: string; lastError?: string }[];
      },
      (found) => found.every(({ health }) => health !== 'unknown'),
    );
    assert.deepEqual(
      rules.map(({ name, health, lastError }) => [name, health, lastError]),
      alerts.map(({ alert }) => [alert, 'ok', undefined]),
    );
  });
});

/** Runs `npm run watch:metrics` for the processes at these ports. Resolves with the URL of its Prometheus. */
async function watchMetrics(env: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder({ after });
  const port = await freePort();
  const child = spawn(process.execPath, [WATCH, '--port', String(port), '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PM2_HOME: join(folder, 'pm2'),
      ...env,
    },
  });
  const closed = once(child, 'close');
  after(async () => {
    child.kill('SIGINT');
    await closed;
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  await until(
    async () => printed,
    (text) => text.includes('Ctrl-C'),
  );
  const addresses = [env.GATEWAY_PORT, env.USERS_PORT, env.ORDERS_PORT, env.PRODUCTS_PORT].map(
    (of) => `127.0.0.1:${of}`,
  );
  for (const address of addresses) assert.ok(printed.includes(address), `${address} is not scraped: ${printed}`);
  assert.match(printed, new RegExp(`^Prometheus scrapes .*: http://127.0.0.1:${port}\n {2}alerts:`));
  return `http://127.0.0.1:${port}`;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: [time: number, value: string];
}

async function query(prometheus: string, expression: string): Promise<Sample[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const { status, error, data } = JSON.parse(await response.text());
  assert.equal(status, 'success', `${expression}: ${error}`);
  return data.result;
}
