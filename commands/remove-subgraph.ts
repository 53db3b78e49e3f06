import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeWorkspace } from './new-subgraph/lock-file.ts';
import { removeEntry } from './new-subgraph/supergraph-entry.ts';
import { GATEWAY, ROOT, readApps } from './processes/apps.ts';
import { checkConfiguration } from './processes/check.ts';
import { end, isDaemonAlive, listProcesses, withDaemon } from './processes/daemon.ts';
import { listSubgraphs } from './processes/subgraphs.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run remove:subgraph reviews`: takes a subgraph out of supergraph.yaml, ends its process, and removes its folder, but not
// its database.

const SUPERGRAPH = join(ROOT, 'supergraph.yaml');
const DATABASES = 'data';
/** Makes the folder a subgraph, so it is removed last: if the command is interrupted, it can be given again. */
const MANIFEST = 'package.json';

await runCommand(async () => {
  const [name, ...more] = process.argv.slice(2);
  const subgraphs = listSubgraphs(ROOT);
  const known = subgraphs.map((subgraph) => subgraph.name);
  if (name === undefined || more.length > 0 || !known.includes(name)) {
    throw new CommandError(`Give one subgraph: npm run remove:subgraph NAME; there are ${known.join(', ')}`);
  }
  const callers = subgraphs.filter(({ calls }) => calls.includes(name)).map((caller) => caller.name);
  if (callers.length > 0) throw new CommandError(`${name}: ${callers.join(', ')} calls it, so nothing was removed`);
  await unlist(name);
  if (await isDaemonAlive()) await withDaemon(() => endProcesses(name));
  const folder = join(ROOT, 'subgraphs', name);
  const entries = (await readdir(folder)).filter((entry) => entry !== DATABASES && entry !== MANIFEST);
  for (const entry of [...entries, MANIFEST]) await rm(join(folder, entry), { recursive: true });
  console.log(`Removed the subgraph ${name}`);
  if (existsSync(join(folder, DATABASES))) console.log(`  rm -r subgraphs/${name}    removes its database too`);
  else await rm(folder, { recursive: true });
});

/** @throws {CommandError} if the others don't compose without it; then nothing is changed */
async function unlist(name: string): Promise<void> {
  const candidate = `${SUPERGRAPH}.new`;
  await writeFile(candidate, removeEntry(await readFile(SUPERGRAPH, 'utf8'), name));
  try {
    await checkConfiguration(readApps([GATEWAY], { ...process.env, SUPERGRAPH_FILE: candidate }));
    await rename(candidate, SUPERGRAPH);
    await removeWorkspace(ROOT, name);
  } finally {
    await rm(candidate, { force: true });
  }
}

async function endProcesses(name: string): Promise<void> {
  const processes = await listProcesses(readApps([name]));
  const ids = processes.flatMap(({ pm_id: id }) => (id === undefined ? [] : [id]));
  await end(ids, 'delete');
}
