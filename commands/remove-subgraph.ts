import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { changeSupergraph } from './new-subgraph/change-supergraph.ts';
import { removeWorkspace } from './new-subgraph/lock-file.ts';
import { removeEntry } from './new-subgraph/supergraph-entry.ts';
import { ROOT } from './processes/apps.ts';
import { isDaemonAlive, withDaemon } from './processes/daemon.ts';
import { endOthers } from './processes/end.ts';
import { alone } from './processes/lock.ts';
import { PM2_HOME } from './processes/pm2-home.ts';
import { readProject } from './processes/project.ts';
import { listSubgraphs } from './processes/subgraphs.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run remove:subgraph reviews`: takes a subgraph out of supergraph.yaml, ends its process, and removes its folder, but not
// its database. If the command is interrupted, the next one completes it.

const CODEGEN = join(import.meta.dirname, 'codegen.ts');
const DATABASES = 'data';
/** File that makes the folder a subgraph, so the last one to be removed. */
const MANIFEST = 'package.json';

await runCommand(async () => {
  const [name, ...more] = process.argv.slice(2);
  const subgraphs = listSubgraphs(ROOT);
  const known = subgraphs.map((subgraph) => subgraph.name);
  if (name === undefined || more.length > 0 || !known.includes(name)) {
    throw new CommandError(`Give one subgraph: npm run remove:subgraph NAME; there are ${known.join(', ')}`);
  }
  const callers = subgraphs.filter(({ needs }) => needs.includes(name)).map((caller) => caller.name);
  if (callers.length > 0) throw new CommandError(`Nothing was changed. ${name} is called by ${callers.join(', ')}`);
  await changeSupergraph(
    (text) => removeEntry(text, name),
    async () => {
      await removeWorkspace(ROOT, name);
      if (subgraphs.some(({ calls }) => calls.includes(name))) removeNodes(name);
    },
  );
  await endProcess(name);
  await removeFolder(join(ROOT, 'subgraphs', name));
  console.log(`Removed the subgraph ${name}`);
  if (existsSync(join(ROOT, 'subgraphs', name))) console.log(`  rm -r subgraphs/${name}    removes its database too`);
});

/** Takes the nodes that the subgraph owns out of the schema of that which has `Query.node`. */
function removeNodes(name: string): void {
  const { status, stderr } = spawnSync(process.execPath, [CODEGEN, '--without', name], { encoding: 'utf8' });
  if (status !== 0) throw new CommandError(`npm run codegen failed:\n${stderr}`);
}

async function endProcess(name: string): Promise<void> {
  if (!(await isDaemonAlive())) return;
  const work = async () => endOthers((await readProject([name])).apps, { ids: [], pids: [] }, 'delete');
  await alone(PM2_HOME, () => withDaemon(work));
}

async function removeFolder(folder: string): Promise<void> {
  const entries = await readdir(folder);
  const code = entries.filter((entry) => entry !== DATABASES && entry !== MANIFEST);
  for (const entry of [...code, MANIFEST]) await rm(join(folder, entry), { recursive: true });
  if (!entries.includes(DATABASES)) await rm(folder, { recursive: true });
}
