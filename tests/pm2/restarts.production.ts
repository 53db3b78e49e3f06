import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { get } from '../harness/client.ts';
import { createProject, type Pm2Process } from '../harness/pm2.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { testCrashes } from './crash.ts';
import { startNeighbour, testNeighbour } from './neighbour.ts';

// Restarts, crashes and a move, under a pm2 that also runs something else.

const project = await createProject({ after });
const NAMES = ['gateway', ...SUBGRAPH_NAMES].toSorted();
const EMPTY_GRAPH = { users: [], orders: [], products: [] };
const started = await project.npm('start');
assert.equal(started.code, 0, started.stderr);
const neighbour = await startNeighbour(project);

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

testNeighbour(project, () => neighbour);

function askForAll(): Promise<unknown> {
  return get(project.url, '{ users { name } orders { id } products { id } }');
}

async function ours(): Promise<Pm2Process[]> {
  return (await project.list()).filter(({ name }) => NAMES.includes(name));
}

function assertAllAnew(now: readonly Pm2Process[], before: readonly Pm2Process[]): void {
  assert.deepEqual(
    now.map(({ name, status }) => `${name} ${status}`),
    NAMES.map((name) => `${name} online`),
  );
  const pids = before.map(({ pid }) => pid);
  for (const { name, pid } of now) assert.ok(!pids.includes(pid), `${name} is still the process ${pid}`);
}
