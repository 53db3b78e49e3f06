import { readApps } from './processes/apps.ts';
import { listProcesses, runPm2, withDaemon } from './processes/daemon.ts';
import { runCommand } from './terminal/command.ts';

// `npm run logs`: pm2's own command and options, for the project's processes.

await runCommand(async () => {
  const apps = readApps([], {}); // their names are the same in any environment
  await withDaemon(() => listProcesses(apps));
  const names = apps.map(({ name }) => name).join('|');
  process.exitCode = await runPm2(['logs', `/^(${names})$/`, ...process.argv.slice(2)]);
});
