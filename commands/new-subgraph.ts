import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { addWorkspace, isWorkspace, removeWorkspace } from './new-subgraph/lock-file.ts';
import { type Names, parseNames } from './new-subgraph/names.ts';
import { addEntry, hasEntry } from './new-subgraph/supergraph-entry.ts';
import { writeSubgraph } from './new-subgraph/write-subgraph.ts';
import { ROOT } from './processes/apps.ts';
import { listSubgraphs } from './processes/subgraphs.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run new:subgraph reviews`: makes a subgraph of the template, with one entity, and lists it in supergraph.yaml, the last
// step. If the command is interrupted before that, the next one completes it.

await runCommand(async () => {
  const names = parseNames(process.argv.slice(2));
  const { subgraph: name } = names;
  const folder = join(ROOT, 'subgraphs', name);
  if (hasEntry(await readFile(join(ROOT, 'supergraph.yaml'), 'utf8'), name)) {
    throw new CommandError(`${name}: supergraph.yaml has a subgraph of this name already`);
  }
  const isBegun = existsSync(join(folder, 'package.json'));
  if (!isBegun) await write(names, folder);
  try {
    const { changeSupergraph } = await import('./new-subgraph/change-supergraph.ts'); // loads what composes
    const port = listSubgraphs(ROOT).find((subgraph) => subgraph.name === name)?.port ?? 0;
    await changeSupergraph(
      (text) => addEntry(text, name, port),
      () => addWorkspace(ROOT, name),
    );
  } catch (error) {
    if (!isBegun) await remove(name, folder);
    throw error;
  }
  console.log(`
Made the subgraph ${name} in subgraphs/${name}, and listed it in supergraph.yaml. Next:
  npm start                    starts its process beside those that run, without a gap
  npm run seed                 fills the graph, this subgraph included
  node --test "subgraphs/${name}/src/**/*.test.ts"
  docs/add-a-subgraph.md       shows what was made, and how to change it
  npm run remove:subgraph ${name}`);
});

async function write(names: Names, folder: string): Promise<void> {
  const { subgraph: name } = names;
  if (isWorkspace(ROOT, name)) throw new CommandError(`${name}: a workspace of this project has this name already`);
  if (existsSync(folder)) throw new CommandError(`subgraphs/${name} exists and has no package.json; move it away`);
  await writeSubgraph(ROOT, names, await nextPort());
}

async function remove(name: string, folder: string): Promise<void> {
  if (isWorkspace(ROOT, name)) await removeWorkspace(ROOT, name);
  await rm(folder, { recursive: true });
}

/** Returns the port after those of the other subgraphs, or the next one on which nothing listens. */
async function nextPort(): Promise<number> {
  let port = Math.max(...listSubgraphs(ROOT).map((subgraph) => subgraph.port)) + 1;
  while (!(await isFree(port))) port += 1;
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
