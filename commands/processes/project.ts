import { join } from 'node:path';
import { type App, ROOT, readApps } from './apps.ts';
import { listProcesses } from './daemon.ts';
import { GIVEN, type GivenVariables, give, readEnvironmentFile, sessionOf } from './environment.ts';
import { givenTo, type ListedProcess, toListed } from './running.ts';

/** The project's apps in the environment that is in force, and the processes that pm2 has for them. */
export interface Project {
  /** All apps, or those that were asked for. */
  readonly apps: readonly App[];
  /** Processes of those apps. */
  readonly processes: readonly ListedProcess[];
}

/**
 * Reads the project from pm2, `.env` and the environment of this command.
 *
 * @throws {ConfigurationError} if a variable is wrong
 * @throws {CommandError} if a name is unknown, or pm2 has a process of the same name from elsewhere
 */
export async function readProject(names: readonly string[] = []): Promise<Project> {
  const all = (await listProcesses(readApps([], withGiven({ shell: {}, file: {} })))).map(toListed);
  return toProject(names, all);
}

/** Reads the project as {@link readProject} does, from a pm2 that has these processes of it. */
export function toProject(names: readonly string[], all: readonly ListedProcess[]): Project {
  const file = readEnvironmentFile(join(ROOT, '.env'));
  const apps = readApps(names, withGiven({ shell: {}, file: {} })).flatMap(({ name }) => {
    const given = give(givenTo(name, all), process.env, file);
    return readApps([name], withGiven(given)).map((app) => ({
      ...app,
      env: { ...sessionOf(process.env), ...app.env },
    }));
  });
  return { apps, processes: all.filter(({ name }) => apps.some((app) => app.name === name)) };
}

/** Returns the environment in which ecosystem.config.js uses these variables. */
function withGiven(given: GivenVariables): NodeJS.ProcessEnv {
  return { [GIVEN]: JSON.stringify(given) };
}
