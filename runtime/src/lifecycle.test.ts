import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'lifecycle-process.ts');

/** Probe that the fixture has if it is started as `probe`. */
const PROBE = 'http://127.0.0.1:4001/health/ready';

interface Started {
  child: ChildProcess;
  /** Its exit code and signal, and what it wrote, once it ended. */
  ended: Promise<{ code: number | null; signal: string | null; out: string; err: string }>;
}

function start(t: TestContext, way: string, env: NodeJS.ProcessEnv = {}): Started {
  const { NODE_COMPILE_CACHE } = process.env; // a start takes half the time with it
  const child = fork(FIXTURE, [way], {
    silent: true,
    env: { ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  return { child, ended: end(child) };
}

async function end(child: ChildProcess) {
  assert.ok(child.stdout && child.stderr);
  const [[code, signal], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, signal, out, err };
}

/** Starts a process. Resolves once it reports that it is ready. */
async function startReady(t: TestContext, way: string, env?: NodeJS.ProcessEnv): Promise<Started> {
  const started = start(t, way, env);
  const [message] = await Promise.race([once(started.child, 'message'), started.ended.then(({ err }) => [err])]);
  assert.deepEqual(message, {
    type: 'axm:monitor',
    data: { state: { value: 'ready' }, probe: { value: way === 'probe' ? PROBE : '' } },
  });
  return started;
}

const lines = (output: string): string[] => output.split('\n').filter((line) => line !== '');

describe('a start', { timeout: 60_000 }, () => {
  test('writes the URL of its probe to a file, for the health check of a container', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-'));
    t.after(() => rm(folder, { recursive: true }));
    const PROBE_FILE = join(folder, 'probe');
    const { child, ended } = await startReady(t, 'probe', { PROBE_FILE });
    child.kill('SIGTERM');
    await ended;
    assert.equal(await readFile(PROBE_FILE, 'utf8'), PROBE);
  });

  test('exits with 78 and one line about a wrong configuration', async (t) => {
    const { code, out, err } = await start(t, 'configuration').ended;
    assert.equal(code, 78);
    assert.equal(out, '');
    assert.equal(lines(err).length, 1);
    assert.match(err, /FATAL \(fixture\): TEST_PORT=x: give a whole number/);
  });

  test('exits with every mistake in the environment, and no stack trace', async (t) => {
    const { code, err } = await start(t, 'run', { DRAIN_DELAY_MS: 'x', LOG_LEVEL: 'loud' }).ended;
    assert.equal(code, 78);
    assert.match(err, /DRAIN_DELAY_MS=x: give a whole number of milliseconds from 0 to 2147483647\n/);
    assert.match(err, /LOG_LEVEL=loud: give trace, debug, info, warn, error or fatal\n/);
    assert.doesNotMatch(err, /\.ts:/);
  });

  test('exits with 78 if its port is in use', async (t) => {
    const { code, err } = await start(t, 'port').ended;
    assert.equal(code, 78);
    assert.match(err, /FATAL \(fixture\): Port 4000 on 127\.0\.0\.1 is in use\.\n/);
  });

  test('exits with 1 and a stack trace on other failures', async (t) => {
    const { code, err } = await start(t, 'start').ended;
    assert.equal(code, 1);
    assert.match(err, /the disk is full[\s\S]*lifecycle-process\.ts:/);
  });
});

describe('a process', { timeout: 60_000 }, () => {
  test('has kept its compiled code once it is ready, though it is killed', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-compiled-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const { child, ended } = await startReady(t, 'run', { NODE_COMPILE_CACHE: folder });
    child.kill('SIGKILL');
    await ended;
    const kept = await readdir(folder, { recursive: true });
    assert.ok(kept.length > 10, `${kept.length} files`);
  });

  for (const [way, message] of [
    ['uncaught', 'nobody caught this'],
    ['unhandled', 'nobody handled this'],
  ] as const) {
    test(`exits with 1 on an ${way} failure, and logs it`, async (t) => {
      const { code, err } = await start(t, way).ended;
      assert.equal(code, 1);
      assert.match(err, new RegExp(`${message}[\\s\\S]*lifecycle-process\\.ts:`));
    });
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`reports that it is ready, finishes requests in flight on ${signal}, and exits with 0`, async (t) => {
      const { child, ended } = await startReady(t, 'run');
      child.kill(signal);
      const { code, out, err } = await ended;
      assert.equal(code, 0);
      assert.equal(err, '');
      assert.match(out, new RegExp(`${signal}: finishing .*\\n.*the last request is answered\\n.*stopped\\n$`));
    });
  }

  test("stops on pm2's shutdown message", async (t) => {
    const { child, ended } = await startReady(t, 'run');
    child.send('shutdown');
    const { code, out } = await ended;
    assert.equal(code, 0);
    assert.match(out, /shutdown: finishing .*\n.*the last request is answered\n.*stopped\n$/);
  });

  test('stops once, even if it receives several signals', async (t) => {
    const { child, ended } = await startReady(t, 'run');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    child.send('shutdown', () => {});
    const { code, out } = await ended;
    assert.equal(code, 0);
    assert.equal(out.match(/finishing what is under way/g)?.length, 1);
  });

  test('exits with 1 if it fails to stop', async (t) => {
    const { child, ended } = await startReady(t, 'stop');
    child.kill('SIGTERM');
    const { code, err } = await ended;
    assert.equal(code, 1);
    assert.match(err, /it does not stop/);
  });

  test('logs one JSON object per line with an ISO time if the format is json', async (t) => {
    const { child, ended } = await startReady(t, 'run', { LOG_FORMAT: 'json' });
    child.kill('SIGTERM');
    const { out } = await ended;
    const logged: unknown[] = lines(out).map((line) => JSON.parse(line));
    assert.equal(logged.length, 3);
    for (const line of logged)
      assert.match(JSON.stringify(line), /"level":"info","time":"\d{4}-\d\d-\d\dT.*Z","name":"fixture"/);
  });
});
