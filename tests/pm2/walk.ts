import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../gateway/src/operations/testing/random.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { APPS, type SmallProject } from '../harness/small-project.ts';

const STEPS = times(100, 3);
const COMMANDS = ['start', 'reload', 'stop', 'delete'];
/** Longer than pm2 waits before it restarts a process. */
const RESTART_MS = 800;

/** Walks at random through commands that are killed, processes that are killed, and slow starts. */
export function testRandomWalk(project: SmallProject): void {
  test('after any sequence of commands and kills, what answers is what the last command says', async (t) => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e6);
    t.diagnostic(`SEED=${seed}`);
    const random = new Random(seed);
    const slow = () => ({ START_DELAY_MS: random.pick(['0', '300', '900']) });
    const took: string[] = [];

    for (let step = 1; step <= STEPS; step += 1) {
      for (let disturbance = random.integer(0, 2); disturbance > 0; disturbance -= 1) {
        const isCommand = random.chance(0.5);
        const command = random.pick(COMMANDS);
        const signal = random.pick(['SIGKILL', 'SIGINT'] as const);
        took.push(isCommand ? `${command} ${signal}` : 'kill');
        if (isCommand) await interrupt(project, command, signal, slow(), random.next() * 2500);
        else await killOne(project, random.pick(APPS));
      }
      const command = random.pick(COMMANDS);
      took.push(command);
      const { code, stderr } = await project.command(command, [], slow());
      assert.equal(code, 0, `${took.join(', ')}: ${stderr}`);
      const isUp = command === 'start' || command === 'reload';
      if (!isUp) await delay(RESTART_MS);
      assert.deepEqual(await answering(project), isUp ? APPS : [], took.join(', '));
      const online = (await project.list()).filter(({ status }) => status === 'online');
      assert.equal(online.length, isUp ? APPS.length : 0, took.join(', '));
      tellProgress('steps', step, STEPS);
    }
  });
}

async function interrupt(
  project: SmallProject,
  command: string,
  signal: NodeJS.Signals,
  env: Record<string, string>,
  afterMs: number,
): Promise<void> {
  const child = project.spawn(command, env);
  const exit = once(child, 'exit');
  await Promise.race([delay(afterMs), exit]);
  child.kill(signal);
  await exit;
}

async function killOne(project: SmallProject, app: string): Promise<void> {
  const environment = await project.environmentOf(app);
  if (environment) process.kill(Number(environment.pid), 'SIGKILL');
}

async function answering(project: SmallProject): Promise<string[]> {
  const answers = await Promise.all(APPS.map(async (app) => ((await project.environmentOf(app)) ? [app] : [])));
  return answers.flat();
}
