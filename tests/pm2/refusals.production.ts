import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { createSmallProject } from '../harness/small-project.ts';

const project = await createSmallProject({ after });

test('npm start names a wrong variable, its value and what to give instead', async () => {
  const { code, stderr } = await project.command('start', [], { USERS_PORT: 'abc' });
  assert.equal(code, 1);
  assert.match(stderr, /^users: The environment can't be used:\n +USERS_PORT=abc: give a whole number/m);
  assert.deepEqual(await project.list(), []);
});

test('npm start names each port in use, who listens there, and the variable that changes it', async (t) => {
  const ports = [Number(project.env.GATEWAY_PORT), Number(project.env.USERS_PORT)];
  const occupants = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  t.after(() => {
    for (const occupant of occupants) occupant.close();
  });
  await Promise.all(occupants.map((occupant) => once(occupant, 'listening')));

  await writeLogOfYesterday(join(project.folder, 'logs', 'users-error.log'));

  const { code, stderr } = await project.command('start');

  assert.equal(code, 1);
  const holder = process.platform === 'linux' ? `by process ${process.pid} \\(.*\\), in ${process.cwd()}` : '';
  assert.match(
    stderr,
    new RegExp(`gateway did not start.*\n.*Port ${ports[0]} .*is in use ${holder}.* set GATEWAY_PORT`),
  );
  assert.match(stderr, new RegExp(`users did not start.*\n.*Port ${ports[1]} .*is in use.* set USERS_PORT`));
  assert.doesNotMatch(stderr, /orders did not start/);
  assert.deepEqual(await project.list(), []);
});

test('npm start starts the processes once the ports are free, and later the one that is missing', async () => {
  assert.equal((await project.command('start')).code, 0);
  assert.equal((await project.environmentOf('gateway'))?.NODE_ENV, 'development');
  const before = await project.list();
  await project.command('stop', ['users']);
  const { code, stdout } = await project.command('start');
  assert.equal(code, 0);
  assert.match(stdout, /Starting users …/);
  assert.deepEqual(
    (await project.list()).filter(({ name }) => name !== 'users'),
    before.filter(({ name }) => name !== 'users'),
  );
});

/** Writes a log that a process rotates before its first line. */
async function writeLogOfYesterday(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'an error of yesterday\n'.repeat(100));
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
  await utimes(file, yesterday, yesterday);
}
