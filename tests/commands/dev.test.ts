import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { get } from '../harness/client.ts';
import { temporaryFolder } from '../harness/graph.ts';
import { PATH } from '../harness/pm2.ts';
import { freePort } from '../harness/ports.ts';
import { copyProject } from '../harness/scratch.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from '../harness/subgraphs.ts';
import { edit, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

const folder = await temporaryFolder({ after });
await copyProject(folder);
const gateway = await freePort();
const ports = new Map<string, number>();
for (const name of SUBGRAPH_NAMES) ports.set(name, await freePort());
const url = `http://127.0.0.1:${gateway}/graphql`;

// In a group of processes of its own, as a terminal starts a command.
const npm = spawn('npm', ['run', 'dev'], {
  cwd: folder,
  env: {
    PATH,
    HOME: folder,
    GATEWAY_PORT: `${gateway}`,
    ...variablesOfEach('PORT', (name) => `${ports.get(name)}`),
    ...variablesOfEach('DATABASE', (name) => join(folder, `${name}.sqlite`)),
  },
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const group = -(npm.pid ?? 0);
after(() => isAlive() && process.kill(group, 'SIGKILL'));
const exited = once(npm, 'exit');
let output = '';
npm.stdout.setEncoding('utf8').on('data', (chunk: string) => {
  output += chunk;
});

test('npm run dev runs all processes in the foreground', async () => {
  for (const name of ['gateway', ...SUBGRAPH_NAMES]) await untilStarted(name, 1);
  assert.deepEqual(await get(url, '{ users { name } orders { id } }'), { users: [], orders: [] });
});

test('a source that changes starts its process anew, each time, and no other', async () => {
  const source = join(folder, 'subgraphs/users/src/resolvers.ts');
  for (const times of [2, 3]) {
    await replace(source, await readFile(source, 'utf8')); // as vim writes a file
    await untilStarted('users', times);
  }
  assert.equal(timesStarted('orders'), 1);
  assert.equal(timesStarted('gateway'), 1);
});

test('a schema that changes starts its subgraph anew, and the gateway follows', async () => {
  await edit(
    join(folder, 'subgraphs/users/schema.graphql'),
    'createdAt: DateTime!',
    'createdAt: DateTime!\n nickname: String',
  );
  await untilStarted('users', 4);
  await until(
    () => output,
    (text) => text.includes('the graph has changed'),
  );
  assert.deepEqual(await get(url, '{ users { nickname } }'), { users: [] });
  assert.equal(timesStarted('gateway'), 1);
});

test('Ctrl-C ends them all', async () => {
  process.kill(group, 'SIGINT');
  await exited;
  await until(isAlive, (alive) => !alive);
});

function timesStarted(name: string): number {
  return output.split(`${name} answers at `).length - 1;
}

async function untilStarted(name: string, times: number): Promise<void> {
  await until(
    () => timesStarted(name),
    (started) => started >= times,
  );
}

/** Checks if any process of the group is left. */
function isAlive(): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}
