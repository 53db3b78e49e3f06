import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { createProject, type Outcome, type Project } from './pm2.ts';
import { COMPILE_CACHE } from './process.ts';
import { copyProject } from './scratch.ts';
import { SUBGRAPH_NAMES } from './subgraphs.ts';

/** Names of the project's processes. */
export const APPS: readonly string[] = [...SUBGRAPH_NAMES, 'gateway'];

/** Copy of the project whose programs do nothing but start fast and answer with their environment. */
export interface SmallProject extends Project {
  /** Folder of its sources. */
  readonly root: string;
  /** Runs what `npm run name` runs, without npm. Resolves when it has ended. */
  command(name: string, args?: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** Starts what `npm run name` runs. */
  spawn(name: string, env?: Record<string, string>): ChildProcess;
  /** Resolves with the environment that the app answers with; undefined if nothing answers at its port. */
  environmentOf(app: string): Promise<Record<string, string> | undefined>;
  /** Returns the path of the app's program. */
  programOf(app: string): string;
}

/** Creates a small project in which nothing runs, under a pm2 of its own. */
export async function createSmallProject(t: { after(end: () => Promise<void>): void }): Promise<SmallProject> {
  const root = await mkdtemp(join(tmpdir(), 'lockstep-small-'));
  await copyProject(root);
  const programOf = (app: string) => join(root, app === 'gateway' ? '' : 'subgraphs', app, 'src', 'main.ts');
  for (const app of APPS) await cp(join(import.meta.dirname, 'small-app.ts'), programOf(app));
  const project = await createProject(t, () => ({}), root);
  t.after(() => rm(root, { recursive: true, force: true }));
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const start = (name: string, args: readonly string[] = [], env: Record<string, string> = {}) => {
    const [, ...command] = String(scripts[name]).split(' ');
    return spawn(process.execPath, [...command, ...args], {
      cwd: root,
      env: { ...COMPILE_CACHE, ...project.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  return {
    ...project,
    root,
    programOf,
    spawn: (name, env) => start(name, [], env),
    async command(name, args, env) {
      const child = start(name, args, env);
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code, stdout, stderr };
    },
    async environmentOf(app) {
      const port = project.env[`${variablePrefix(app)}_PORT`];
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
        return JSON.parse(await answer.text());
      } catch {
        return undefined;
      }
    },
  };
}
