import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CONFIGURATION_EXIT_CODE } from '@lockstep/runtime/configuration-error.ts';
import { isFull } from '../harness/full-count.ts';
import { COMPILE_CACHE } from '../harness/process.ts';
import { APPS, createSmallProject } from '../harness/small-project.ts';
import { until } from '../harness/waiting.ts';

const HAS_PRLIMIT = spawnSync('prlimit', ['--version']).status === 0;

const project = await createSmallProject({ after });

test('npm run status fails and says what to do if nothing runs', async () => {
  const { code, stdout } = await project.command('status');
  assert.equal(code, 1);
  assert.match(stdout, /^users is not started\n {2}→ npm start\n/);
});

test('a command says what to do if pm2 can not write its folder, and makes nothing', async () => {
  const file = join(project.folder, 'no-folder');
  await writeFile(file, '');
  const { code, stderr } = await project.command('start', [], { PM2_HOME: join(file, 'pm2') });
  assert.equal(code, 1);
  assert.match(stderr, /^pm2 can't write its folder .*no-folder\/pm2 \(ENOTDIR.*\): make it writable, .*PM2_HOME.*\n$/);
  assert.equal(await project.environmentOf('users'), undefined);
});

test('npm run status says that all is well, also as JSON', async () => {
  assert.equal((await project.command('start')).code, 0);
  const { code, stdout } = await project.command('status');
  assert.equal(code, 0, stdout);
  for (const app of APPS) {
    assert.match(stdout, new RegExp(`^${app} is online and ready, process \\d+, since \\d{4}-.*Z$`, 'm'));
  }
  const findings = JSON.parse((await project.command('status', ['--json'])).stdout);
  assert.deepEqual(
    findings.map(({ about, isHealthy }: { about: string; isHealthy: boolean }) => [about, isHealthy]),
    APPS.map((app) => [app, true]),
  );
});

test('each process keeps its compiled code for the next start', async () => {
  for (const app of APPS) {
    const { compileCache } = (await project.environmentOf(app)) ?? {};
    assert.ok(compileCache?.startsWith(COMPILE_CACHE.NODE_COMPILE_CACHE), `${app}: ${compileCache}`);
  }
});

test('npm run status names a process that hangs, one that is stopped, and one that crashes with its last error', async (t) => {
  const hanging = Number((await project.environmentOf('users'))?.pid);
  process.kill(hanging, 'SIGSTOP');
  t.after(() => process.kill(hanging, 'SIGCONT'));
  await project.command('stop', ['products']);
  const crashing = Number((await project.environmentOf('orders'))?.pid);
  const program = await readFile(project.programOf('orders'), 'utf8');
  await writeFile(project.programOf('orders'), "throw new Error('it has lost its way');");
  t.after(() => writeFile(project.programOf('orders'), program));
  process.kill(crashing, 'SIGKILL');
  const { code, stdout } = await until(
    () => project.command('status'),
    ({ stdout }) =>
      /^orders (does not get ready, and was restarted \d+ times?|has exited); its last error: .*lost its way/m.test(
        stdout,
      ),
  );
  assert.equal(code, 1);
  assert.match(stdout, /^users is online, but http.* says: .*timeout.*, since .*\n {2}→ npm run restart users$/m);
  assert.match(stdout, /^products is stopped\n {2}→ npm start$/m);
  assert.match(stdout, /^gateway is online and ready/m);
});

test('npm run status says that a process is not started again, with its last error, until npm start', async (t) => {
  const program = await readFile(project.programOf('users'), 'utf8');
  const text = `console.error('Error: its port is taken'); process.exit(${CONFIGURATION_EXIT_CODE});`;
  await writeFile(project.programOf('users'), text);
  t.after(() => writeFile(project.programOf('users'), program));
  process.kill(Number((await project.environmentOf('users'))?.pid), 'SIGKILL');
  const { code, stdout } = await until(
    () => project.command('status'),
    ({ stdout }) => /^users has exited/m.test(stdout),
  );
  assert.equal(code, 1);
  const advice = 'mend what the error says \\(npm run logs\\), then npm start';
  const finding = `^users has exited for good: its last error: Error: its port is taken, since .*Z\n {2}→ ${advice}$`;
  assert.match(stdout, new RegExp(finding, 'm'));
  await writeFile(project.programOf('users'), program);
  assert.equal((await project.command('start')).code, 0);
  assert.match((await project.command('status')).stdout, /^users is online and ready/m);
});

test('pm2 starts a process again however often it crashes', { skip: !isFull && 'takes half a minute' }, async () => {
  const program = await readFile(project.programOf('users'), 'utf8');
  await project.command('delete');
  assert.equal((await project.command('start')).code, 0);
  await writeFile(project.programOf('users'), 'process.exit(1);');
  process.kill(Number((await project.environmentOf('users'))?.pid), 'SIGKILL');
  const crashes = async () => Number(/^users .*restarted (\d+)/m.exec((await project.command('status')).stdout)?.[1]);
  await until(crashes, (times) => times > 20);
  await writeFile(project.programOf('users'), program);
  await until(
    () => project.command('status'),
    ({ code }) => code === 0,
  );
});

test('npm run status names a circuit breaker that is open, until it is not', async () => {
  const gateway = `http://127.0.0.1:${project.env.GATEWAY_PORT}`;
  const text = 'is not called, because its calls failed: a circuit breaker of the gateway is open';
  await (await fetch(`${gateway}/open-breaker`)).text();
  const { code, stdout } = await project.command('status');
  assert.equal(code, 1);
  assert.ok(stdout.includes(`subgraph users ${text}, since 2026-01-01T12:00:00.000Z\n  → npm run logs\n`), stdout);
  await (await fetch(`${gateway}/close-breaker`)).text();
  assert.ok(!(await project.command('status')).stdout.includes(text));
});

test('a log goes on after its disk was full, and says that it was', {
  skip: !HAS_PRLIMIT && 'no prlimit',
}, async (t) => {
  const file = join(project.folder, 'logs', 'gateway-out.log');
  const { pid } =
    (await until(
      () => project.environmentOf('gateway'),
      (env) => env !== undefined,
    )) ?? {};
  // Writes fail as on a full disk (RLIMIT_FSIZE, https://man7.org/linux/man-pages/man2/setrlimit.2.html).
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:`]);
  t.after(() => limit('unlimited'));
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${project.env.GATEWAY_PORT}/${path}`).then((answer) => answer.text());
  const log = () => readFileSync(file, 'utf8');
  await ask('before');
  await until(log, (text) => text.includes('asked for /before'));
  limit(`${statSync(file).size}`);
  await ask('meanwhile');
  assert.doesNotMatch(log(), /meanwhile/);
  limit('unlimited');
  await ask('after');
  await until(log, (text) => /asked for \/meanwhile\n.*asked for \/after\n$/.test(text));
  await until(
    () => readFileSync(file.replace('out', 'error'), 'utf8'),
    (text) =>
      /gateway-out\.log could not be written from .* on \(EFBIG.*\); it can again, and 0 lines were lost/.test(text),
  );
  const { stdout } = await project.command('logs', ['--nostream', '--lines', '5']);
  assert.match(stdout, /gateway +\| .*asked for \/after/);
});

test('processes are restarted and replaced while the disk of pm2 is full', {
  skip: !HAS_PRLIMIT && 'no prlimit',
}, async (t) => {
  const daemon = (await readFile(join(project.folder, 'pm2', 'pm2.pid'), 'utf8')).trim();
  const log = join(project.folder, 'pm2', 'pm2.log');
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', daemon, `--fsize=${bytes}:`]);
  t.after(() => limit('unlimited'));
  limit(`${statSync(log).size}`);
  const pid = Number((await project.environmentOf('users'))?.pid);
  process.kill(pid, 'SIGKILL');
  const restarted = (env?: Record<string, string>) => env !== undefined && env.pid !== String(pid);
  await until(() => project.environmentOf('users'), restarted);
  assert.equal((await project.command('reload')).stderr, '');
  assert.equal((await readFile(join(project.folder, 'pm2', 'pm2.pid'), 'utf8')).trim(), daemon);
  assert.equal((await project.command('stop')).code, 0);
  limit('unlimited');
  assert.equal((await project.command('start')).code, 0);
  assert.match(await readFile(log, 'utf8'), /online\n$/);
});

test('npm run delete also removes a process that an older ecosystem.config.js named', async () => {
  const former = [
    'start',
    project.programOf('users'),
    '--name',
    'reviews',
    '--cwd',
    project.root,
    '--interpreter',
    'node',
  ];
  await project.pm2(former);
  assert.ok((await project.list()).some(({ name }) => name === 'reviews'));
  const { code, stdout } = await project.command('delete');
  assert.equal(code, 0);
  for (const name of [...APPS, 'reviews']) assert.match(stdout, new RegExp(`^${name} is deleted$`, 'm'));
  assert.deepEqual(await project.list(), []);
});
