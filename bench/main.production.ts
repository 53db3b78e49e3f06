import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 20;

const onlyLinux = { skip: process.platform === 'linux' ? false : 'CPU time is read from /proc' };

test('a smoke run gets right answers from every system, and reports so', onlyLinux, async (t) => {
  const bench = await startBench(t, ['--quick']);
  assert.deepEqual(await bench.end(), [0, null], bench.output());
  const [, file = ''] = /The report is in (.*)/.exec(bench.output()) ?? [];
  const report = await readFile(file, 'utf8');
  for (const system of ['lockstep', 'traced', 'observed', 'stock gateway', 'all stock', 'floor'])
    assert.ok(report.includes(`| ${system} |`));
  for (const heading of ['Figures to reach', 'Notes on the figures', 'Method', 'Load', 'Start and memory']) {
    assert.ok(report.includes(`\n## ${heading}\n`), heading);
  }
  assert.deepEqual(await bench.leftProcesses(), []);
});

test('stops its processes and removes its data when interrupted', onlyLinux, async (t) => {
  const bench = await startBench(t, ['--quick']);
  // Interrupted while it is still starting them, because then most can go wrong.
  while ((await bench.leftProcesses()).length === 0) await delay(POLL_INTERVAL_MS);
  bench.child.kill('SIGINT');
  assert.deepEqual(await bench.end(), [130, null], bench.output());
  assert.deepEqual(await bench.leftProcesses(), []);
  assert.deepEqual(await readdir(bench.folder), []);
});

test('names a wrong option and lists the valid ones', onlyLinux, async (t) => {
  const bench = await startBench(t, ['--only', 'pages']);
  assert.deepEqual(await bench.end(), [64, null]);
  assert.match(bench.output(), /--only pages: give any of page, user, create, wide, growth\n\n.*--quick/s);
});

/** Runs the bench with a temporary folder of its own. */
async function startBench(t: TestContext, args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-test-'));
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, TMPDIR: folder, BENCH_USERS: '10' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return {
    child,
    folder,
    output: () => output,
    end: () => ended,
    /** Processes that it started. */
    leftProcesses: async () => (await processesUsing(folder)).filter((pid) => pid !== String(child.pid)),
  };
}

/** Resolves with the ids of processes that have this folder in an argument or a variable. */
async function processesUsing(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const uses = async (pid: string) => {
    const files = await Promise.all(['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')));
    return files.some((text) => text.includes(folder));
  };
  const using = await Promise.all(pids.map((pid) => uses(pid).catch(() => false))); // it may have ended
  return pids.filter((_, index) => using[index]);
}
