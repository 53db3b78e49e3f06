import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pm2Process, Project } from '../harness/pm2.ts';

/** Starts a process that is not of the project under its pm2. */
export async function startNeighbour(project: Project): Promise<Pm2Process> {
  const script = join(project.folder, 'neighbour.js');
  await writeFile(script, "console.log('the neighbour runs'); setInterval(() => {}, 60_000);");
  await project.pm2(['start', script, '--name', 'neighbour']);
  return findNeighbour(project);
}

/** Tests that it still runs, after the commands of the tests before. */
export function testNeighbour(project: Project, started: () => Pm2Process | undefined): void {
  test('never touches other processes in the same pm2', async () => {
    const before = started();
    const { pid, status } = await findNeighbour(project);
    assert.deepEqual([pid, status], [before?.pid, 'online']);
  });
}

async function findNeighbour(project: Project): Promise<Pm2Process> {
  const found = (await project.list()).find(({ name }) => name === 'neighbour');
  assert.ok(found?.pid, 'the neighbour runs');
  return found;
}
