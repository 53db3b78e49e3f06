import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { GATEWAY, ROOT } from './processes/apps.ts';
import { readProjectInForce } from './processes/in-force.ts';
import { runCommand } from './terminal/command.ts';

// `npm run compose`: the supergraph's SDL, in the environment in which npm start would start the gateway now.

await runCommand(async () => {
  const { apps } = await readProjectInForce();
  const env = { ...process.env, ...apps.find(({ name }) => name === GATEWAY)?.env };
  const program = join(ROOT, 'gateway', 'src', 'compose.ts');
  process.exitCode = spawnSync(process.execPath, [program], { env, stdio: 'inherit' }).status ?? 1;
});
