import { type App, readApps } from './apps.ts';
import { isDaemonAlive, listOwnProcesses, withDaemon } from './daemon.ts';
import { type Project, toProject } from './project.ts';
import { toListed } from './running.ts';

// The environment in force, for commands that change no process.

/** App in the environment that is in force. */
export interface AppInForce extends App {
  /** False if none of its processes runs; then this is the environment that `npm start` would give it. */
  readonly isRunning: boolean;
}

/**
 * Reads the project as it is: from pm2, and for what doesn't run from `.env` and the environment of this command. Starts no pm2,
 * and doesn't mind one that has processes of the same names from elsewhere.
 *
 * @throws {ConfigurationError} if a variable is wrong
 * @throws {CommandError} if pm2 doesn't answer
 */
export async function readProjectInForce(): Promise<Project> {
  const apps = readApps([], {});
  const processes = (await isDaemonAlive()) ? await withDaemon(() => listOwnProcesses(apps)) : [];
  return toProject([], processes.map(toListed));
}

/** Returns the apps in the environment in force: that of its processes, if it runs. @throws as {@link readProjectInForce} */
export async function readAppsInForce(): Promise<AppInForce[]> {
  return toAppsInForce(await readProjectInForce());
}

/** Returns the project's apps in the environment in force. */
export function toAppsInForce({ apps, processes }: Project): AppInForce[] {
  return apps.map((app) => {
    const running = processes.find(({ name, status }) => name === app.name && status === 'online');
    if (running?.given === undefined) return { ...app, isRunning: false };
    return { ...app, env: { ...running.env }, env_given: running.given, isRunning: true };
  });
}
