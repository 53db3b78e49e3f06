import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { NO_PM2, type Outcome } from '../harness/pm2.ts';
import { COMPILE_CACHE, ROOT } from '../harness/process.ts';
import { withDeadline } from '../harness/waiting.ts';

/** Running `npm run move`. */
export interface MoveCommand {
  /** Resolves when the output has this text; rejects if the command ends without it. */
  says(text: string): Promise<void>;
  readonly outcome: Promise<Outcome>;
  kill(): void;
}

/**
 * Starts `npm run move` without npm.
 *
 * @param env locations of the databases in force
 * @param killAt number of the statement before which it is killed, as `kill -9` does; undefined to let it end
 */
export function startMove(args: readonly string[], env: Record<string, string>, killAt?: number): MoveCommand {
  const preload = killAt === undefined ? [] : ['--import=./tests/moving/kill-at-statement.ts'];
  const child = spawn(process.execPath, [...preload, 'commands/move.ts', ...args], {
    cwd: ROOT,
    env: { ...COMPILE_CACHE, ...NO_PM2, ...env, KILL_AT: String(killAt ?? '') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const changed = new EventTarget();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      changed.dispatchEvent(new Event('change'));
    });
  }
  const outcome = closed(child).then((code) => ({ code, ...output }));
  const says = async (text: string) => {
    const ended = outcome.then(({ stderr }) => {
      if (!output.stdout.includes(text)) throw new Error(`ended without saying "${text}": ${output.stdout}${stderr}`);
    });
    ended.catch(() => {});
    const said = new Promise<void>((resolve) => {
      const look = () => output.stdout.includes(text) && resolve();
      changed.addEventListener('change', look);
      look();
    });
    await withDeadline(Promise.race([said, ended]), () => `"${text}" in ${output.stdout}${output.stderr}`);
  };
  return { says, outcome, kill: () => child.kill('SIGKILL') };
}

async function closed(child: ChildProcess): Promise<unknown> {
  const [code, signal] = await once(child, 'close');
  return signal ?? code;
}
