import { type App, readApps } from './processes/apps.ts';
import { bringUp } from './processes/bring-up.ts';
import { listProcesses, runPm2 } from './processes/daemon.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run restart`, `npm run reload`, `npm stop` and `npm run delete`, of all the project's processes or of those that
// are named; `npm run logs` and `npm run status`, with pm2's own options. Nothing else in the same pm2 is touched.

const [action = '', ...rest] = process.argv.slice(2);

await runCommand(async () => {
  switch (action) {
    case 'restart':
    case 'reload':
      return start(action);
    case 'stop':
    case 'delete':
      return end(action);
    case 'logs':
      await listProcesses(readApps());
      return pm2('logs', `/^(${namesOf(readApps(), '|')})$/`, ...rest);
    case 'status':
      return pm2('list', ...rest);
    default:
      throw new CommandError(`pm2.ts ${action}: give restart, reload, stop, delete, logs or status`);
  }
});

async function start(action: 'restart' | 'reload'): Promise<void> {
  const apps = readApps(rest);
  await listProcesses(apps);
  await bringUp(apps, action);
  console.log(`${action}ed ${namesOf(apps, ', ')}`);
}

async function end(action: 'stop' | 'delete'): Promise<void> {
  const processes = await listProcesses(readApps(rest));
  if (processes.length === 0) console.log('No process of this project is running under pm2.');
  else await pm2(action, ...processes.map(({ pm_id }) => String(pm_id)));
}

async function pm2(...args: string[]): Promise<void> {
  process.exitCode = await runPm2(args);
}

function namesOf(apps: readonly App[], separator: string): string {
  return apps.map(({ name }) => name).join(separator);
}
