import { readApps } from '../processes/apps.ts';
import { isDaemonAlive, listOwnProcesses, requireFittingDaemon, withDaemon } from '../processes/daemon.ts';
import { endOthers } from '../processes/end.ts';
import { alone } from '../processes/lock.ts';
import { PM2_HOME } from '../processes/pm2-home.ts';
import { readProject } from '../processes/project.ts';
import { replace } from '../processes/replace.ts';

/** Returns true if pm2 has processes of the subgraph, running or stopped. */
export async function hasProcesses(subgraph: string): Promise<boolean> {
  if (!(await isDaemonAlive())) return false;
  const apps = readApps([], {}).filter(({ name }) => name === subgraph);
  return (await withDaemon(() => listOwnProcesses(apps))).length > 0;
}

/** Does the work while the subgraph is stopped. If it fails, the subgraph is started again as it was. */
export async function whileStopped(subgraph: string, work: () => Promise<void>): Promise<void> {
  await alone(PM2_HOME, () =>
    withDaemon(async () => {
      await requireFittingDaemon();
      const { apps, processes } = await readProject([subgraph]);
      const wasRunning = processes.some(({ status }) => status === 'online');
      console.log(`Stopping ${subgraph} for the switch`);
      await endOthers(apps, { ids: [], pids: [] }, 'stop');
      try {
        await work();
      } catch (error) {
        if (wasRunning) await start(subgraph);
        throw error;
      }
    }),
  );
}

/** Starts the subgraph on its new database, which pm2 keeps as its environment. */
export async function startOn(subgraph: string, variable: string, location: string): Promise<void> {
  process.env[variable] = location;
  await alone(PM2_HOME, () => withDaemon(() => start(subgraph)));
  console.log(`${subgraph} serves from its new database`);
}

async function start(subgraph: string): Promise<void> {
  const { apps, processes } = await readProject([subgraph]);
  await replace(apps, processes);
}
