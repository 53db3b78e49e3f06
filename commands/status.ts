import { runPm2 } from './processes/daemon.ts';
import { runCommand } from './terminal/command.ts';

// `npm run status`: pm2's own list, with its options.

await runCommand(async () => {
  process.exitCode = await runPm2(['list', ...process.argv.slice(2)]);
});
