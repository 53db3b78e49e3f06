import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { addWorkspace, isWorkspace } from './new-subgraph/lock-file.ts';
import { type Names, parseNames } from './new-subgraph/names.ts';
import { addEntry, hasEntry } from './new-subgraph/supergraph-entry.ts';
import { writeSubgraph } from './new-subgraph/write-subgraph.ts';
import { GATEWAY, ROOT, readApps } from './processes/apps.ts';
import { checkConfiguration } from './processes/check.ts';
import { listSubgraphs } from './processes/subgraphs.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run new:subgraph reviews`: makes a subgraph of the template, with one entity, and lists it in supergraph.yaml, the last
// step. If the command is interrupted before that, the next one goes on where it was.

const SUPERGRAPH = join(ROOT, 'supergraph.yaml');

await runCommand(async () => {
  const names = parseNames(process.argv.slice(2));
  const { subgraph: name } = names;
  const folder = join(ROOT, 'subgraphs', name);
  const text = await readFile(SUPERGRAPH, 'utf8');
  if (hasEntry(text, name)) throw new CommandError(`${name}: supergraph.yaml has a subgraph of this name already`);
  const isBegun = existsSync(join(folder, 'package.json'));
  if (!isBegun) await write(names, folder);
  await list(name, text).catch(async (error) => {
    if (!isBegun) await rm(folder, { recursive: true });
    throw error;
  });
  console.log(`
Made the subgraph ${name} in subgraphs/${name}, and listed it in supergraph.yaml. Next:
  npm start                    starts its process beside those that run; they serve on meanwhile
  npm run seed                 fills the graph, this subgraph included
  node --test subgraphs/${name}/src/*.test.ts
  docs/add-a-subgraph.md       what was made, and how to change it
  npm run remove:subgraph ${name}`);
});

async function write(names: Names, folder: string): Promise<void> {
  const { subgraph: name } = names;
  if (isWorkspace(ROOT, name)) throw new CommandError(`${name}: a workspace of this project has this name already`);
  if (existsSync(folder)) throw new CommandError(`subgraphs/${name} exists and is no subgraph; move it away`);
  await writeSubgraph(ROOT, names, await nextPort());
}

/** Lists a subgraph that has been written. @throws {CommandError} if it doesn't compose with the others; then nothing is changed */
async function list(name: string, text: string): Promise<void> {
  const port = listSubgraphs(ROOT).find((subgraph) => subgraph.name === name)?.port ?? 0;
  const candidate = `${SUPERGRAPH}.new`;
  await writeFile(candidate, addEntry(text, name, port));
  try {
    await checkConfiguration(readApps([GATEWAY], { ...process.env, SUPERGRAPH_FILE: candidate }));
    await addWorkspace(ROOT, name);
    await rename(candidate, SUPERGRAPH);
  } finally {
    await rm(candidate, { force: true });
  }
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
