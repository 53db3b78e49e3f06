import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, ask, createProduct, createUser } from '../harness/client.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { createProject, type Project, run } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { until } from '../harness/waiting.ts';

/** Number of reloads for each number of instances, at some ten seconds each. */
const RELOADS = times(20, 1);
const LOOPS = 4;
/** Between an answer and the next request: a fifth of the load in `npm test`. */
const PAUSE_MS = times(10, 50);
/** Processes that keep both cores busy meanwhile. In `npm test` other tests do. */
const BUSY = times(2, 0);
/** Longer than a process takes to add what it has counted. */
const ADDED_WITHIN_MS = 2500;
const OPERATIONS = [
  '{ orders(first: 20) { id user { name } } }',
  'mutation ($userId: ID!) { createOrder(userId: $userId, amount: "10.50") { user { name } } }',
  `mutation ($userId: ID!, $productId: ID!) {
    checkout(userId: $userId, items: [{ productId: $productId, quantity: 1 }]) { status }
  }`,
];

const project = await startProject();

const scrapes = watchTotals(new URL('/metrics', project.url));

for (const instances of ['1', '2']) {
  test(`npm run reload loses no request under load with GATEWAY_INSTANCES=${instances}`, async (t) => {
    for (let busy = 0; busy < BUSY; busy += 1) keepBusy(t);
    const load = startLoad(project.url, {
      userId: await createUser(project.url, `ada-${instances}@example.com`),
      productId: await createProduct(project.url, 1_000_000),
    });
    t.after(() => load.end());

    for (let reload = 1; reload <= RELOADS; reload += 1) {
      await reloadAll(instances);
      tellProgress('reloads', reload, RELOADS);
    }

    const { answered, longestMs, failures } = await load.end();
    t.diagnostic(`${answered} requests answered, the longest in ${Math.round(longestMs)} ms`);
    assert.deepEqual(failures.slice(0, 5), [], `${failures.length} requests failed`);
    assert.ok(answered > 100 * RELOADS, `${answered} requests are no load`);
  });
}

test('one scrape has the sum of all gateway processes, which a reload and a kill do not lessen', async () => {
  const gateways = async () => (await project.list()).filter(({ name }) => name === 'gateway');
  const before = await scrapes.total();
  assert.ok(before > 200 * RELOADS, `${before} requests of the tests above`);
  const [killed] = await gateways();
  process.kill(killed?.pid ?? 0, 'SIGKILL');
  await until(gateways, (all) => all.every(({ pid }) => pid !== killed?.pid && scrapes.pids.has(String(pid))));
  const [known = 0] = await until(
    () => settled(scrapes.total),
    ([total, later]) => total === later && total >= before,
  );
  for (let request = 0; request < 40; request += 1) await send(project.url);
  await until(scrapes.total, (total) => total === known + 40);
  assert.deepEqual(await scrapes.end(), []);
  assert.ok(scrapes.pids.size >= 2 * RELOADS + 3, `${scrapes.pids.size} processes answered`);
});

test('pm2 shows the requests a second, their 95th percentile and errors of gateways and subgraphs', async () => {
  const figures = async () => {
    for (let request = 0; request < 20; request += 1) await send(project.url, '{ users { id } }');
    const list = JSON.parse((await project.pm2(['jlist'])).stdout.trim().split('\n').at(-1) ?? '');
    const shown = list.filter(({ name }: { name: string }) => ['gateway', 'users'].includes(name));
    return shown.map(({ pm2_env }: { pm2_env: { axm_monitor: Figures } }) => pm2_env.axm_monitor) as Figures[];
  };
  const seen = await until(figures, (all) => all.every(({ requests }) => Number(requests?.value) > 0));
  assert.equal(seen.length, 3);
  for (const { requests, p95, errors, state } of seen) {
    assert.deepEqual([requests?.unit, p95?.unit, errors], ['/s', 'ms', { value: '0.0', unit: '/s' }]);
    assert.ok(Number(p95?.value) > 0 && state?.value === 'ready');
  }
});

type Figures = Readonly<Record<string, { readonly value: string; readonly unit: string } | undefined>>;

/** Reloads, and asserts that each process was replaced, and that there are so many gateways. */
async function reloadAll(instances: string): Promise<void> {
  const before = await pidsOf(project);
  const env = { ...project.env, GATEWAY_INSTANCES: instances };
  const { code, stderr } = await run('npm', ['run', 'reload'], env);
  assert.equal(code, 0, stderr);
  const now = await pidsOf(project);
  assert.equal(now.length, SUBGRAPH_NAMES.length + Number(instances));
  assert.ok(!now.some((pid) => before.includes(pid)), `${before} became ${now}`);
}

/** Deadlines longer than a request waits for the processor of a slow machine while eight processes run. */
async function startProject(): Promise<Project> {
  const project = await createProject({ after }, (folder) => ({
    DRAIN_DELAY_MS: '', // the default
    USERS_TIMEOUT_MS: '10000',
    SUPERGRAPH_FILE: join(folder, 'supergraph.yaml'),
    METRICS_PATH: '/metrics',
  }));
  const supergraph = await readFile(join(ROOT, 'supergraph.yaml'), 'utf8');
  const patient = supergraph.replaceAll(/timeout: \w+/g, 'timeout: 10s').replaceAll('./', `${ROOT}/`);
  await writeFile(join(project.folder, 'supergraph.yaml'), patient);
  const { code, stderr } = await project.npm('start');
  assert.equal(code, 0, stderr);
  return project;
}

/** Sends queries and mutations over kept-alive connections until it is ended. */
function startLoad(url: string, variables: Record<string, string>) {
  const seen = { answered: 0, longestMs: 0, failures: [] as string[] };
  let isEnding = false;
  const loop = async (first: number) => {
    for (let turn = first; !isEnding; turn += 1) {
      const start = performance.now();
      const answer = await ask(url, OPERATIONS[turn % OPERATIONS.length] ?? '', variables).catch(String);
      const ms = Math.round(performance.now() - start);
      seen.longestMs = Math.max(seen.longestMs, ms);
      if (isWhole(answer)) seen.answered += 1;
      else seen.failures.push(`${ms} ms: ${typeof answer === 'string' ? answer : answer.text.slice(0, 200)}`);
      await delay(PAUSE_MS);
    }
  };
  const loops = Array.from({ length: LOOPS }, (_, index) => loop(index));
  return {
    async end() {
      isEnding = true;
      await Promise.all(loops);
      return seen;
    },
  };
}

/** Sends a request over a connection of its own, so that any of the gateways may have it. */
async function send(url: string, query = '{ __typename }'): Promise<string> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.text();
}

/** Resolves with a total, and with that of a while later, in which each process has added what it had counted. */
async function settled(total: () => Promise<number>): Promise<readonly [before: number, later: number]> {
  const before = await total();
  await delay(ADDED_WITHIN_MS);
  return [before, await total()];
}

/** Scrapes again and again over connections of their own, until it is ended, and collects the processes that answer. */
function watchTotals(url: URL) {
  const pids = new Set<string>();
  const falls: string[] = [];
  let last = 0;
  let isEnding = false;
  const total = async () => {
    const response = await fetch(url, { headers: { connection: 'close' } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    for (const [, pid = ''] of text.matchAll(/^process_cpu_seconds_total\{pid="(\d+)"/gm)) pids.add(pid);
    const values = [...text.matchAll(/^lockstep_requests_total\{.*outcome="(?!page).*\} (\d+)$/gm)];
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const watch = async () => {
    for (; !isEnding; await delay(250)) {
      const now = await total().catch(() => last); // during the kill
      if (now < last) falls.push(`${last} to ${now}`);
      last = now;
    }
  };
  const watching = watch();
  return {
    total,
    pids: pids as ReadonlySet<string>,
    async end(): Promise<readonly string[]> {
      isEnding = true;
      await watching;
      return falls;
    },
  };
}

/** Returns true if the answer is complete: an error, a missing user or a cancelled checkout is a failed request. */
function isWhole(answer: Answer<unknown> | string): boolean {
  if (typeof answer === 'string' || answer.status !== 200 || answer.errors) return false;
  return !answer.text.includes('null') && !answer.text.includes('CANCELLED');
}

/** Runs a process that does nothing but take a core, until the test is over. */
function keepBusy(t: TestContext): void {
  const busy = spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore' });
  t.after(() => busy.kill('SIGKILL'));
}

async function pidsOf(project: Project): Promise<number[]> {
  return (await project.list()).filter(({ status }) => status === 'online').map(({ pid }) => pid);
}
