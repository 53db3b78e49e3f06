import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../processes/apps.ts';
import { CommandError } from '../terminal/command.ts';

// pm2's client connects once in a process, and the copy may take hours. So each change of processes is a command of its own.

/** Does the work while pm2 has the subgraph stopped. If it fails, the subgraph is started again as it was. */
export async function whileStopped(subgraph: string, work: () => Promise<void>): Promise<void> {
  await runOwn('stop', 'stop', subgraph);
  try {
    await work();
  } catch (error) {
    await runOwn('restart', 'restart', subgraph);
    throw error;
  }
}

/** Starts the subgraph with this variable, which pm2 keeps. */
export async function startWith(subgraph: string, variable: string, value: string): Promise<void> {
  await runOwn('restart', 'restart', subgraph, { [variable]: value });
}

/** Runs a command of this project. @throws {CommandError} if it fails, for a reason that it has printed */
async function runOwn(
  command: string,
  action: string,
  subgraph: string,
  env: Record<string, string> = {},
): Promise<void> {
  const file = join(ROOT, 'commands', `${command}.ts`);
  const child = spawn(process.execPath, [file, action, subgraph], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new CommandError(`npm run ${action} -- ${subgraph} failed`);
}
