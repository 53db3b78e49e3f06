import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { locateDatabases } from './databases/find-databases.ts';
import { show } from './moving/database.ts';
import { untilUnused } from './moving/in-use.ts';
import { cancel, completeSwitched, copyWhileServing, finish, type MoveRequest } from './moving/move-database.ts';
import { startWith, whileStopped } from './moving/processes.ts';
import { readProjectInForce, toAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run move -- users --to postgres://…` (or `--to FILE.sqlite`): moves the database of a subgraph to another place, on the
// same or another engine, while it serves. Until the switch the old database is the truth, and the command can be run again, or
// `npm run move -- users --cancel` removes from it what the move needs.

const USAGE = 'npm run move -- SUBGRAPH --to postgres://USER@HOST/DATABASE (or --to FILE.sqlite, or --cancel)';

/** Subgraph as it is now. */
type Present = Omit<MoveRequest, 'to'> & { readonly isUnderPm2: boolean };

await runCommand(async () => {
  const { subgraph, to } = readArguments(process.argv.slice(2));
  const present = await findSubgraph(subgraph);
  if (to !== undefined) return move(present, to);
  await cancel(present.from);
  console.log(`${show(present.from)} is not being moved any more; remove the incomplete copy`);
});

async function move(present: Present, to: string): Promise<void> {
  const { subgraph, from, isUnderPm2 } = present;
  if (show(from) === show(to)) throw new CommandError(`${subgraph} has its database at ${show(to)} already`);
  const request = { ...present, to };
  const variable = `${variablePrefix(subgraph)}_DATABASE`;
  if (!(await completeSwitched(request))) {
    console.log(`Moving ${subgraph} from ${show(from)} to ${show(to)}`);
    const run = await copyWhileServing(request);
    if (isUnderPm2) await whileStopped(subgraph, () => finish(request, run));
    else await untilUnused(from, subgraph).then(() => finish(request, run));
  }
  console.log(`Moved ${subgraph} to ${show(to)}; ${show(from)} is out of date, and can't be served any more`);
  if (isUnderPm2) await startWith(subgraph, variable, to);
  console.log(`Keep this in .env, or in the environment of npm start${isUnderPm2 ? '' : `, and start ${subgraph}`}:
  ${variable}=${show(to)}`);
}

/** @throws {CommandError} if there is no such subgraph, or it has no database */
async function findSubgraph(subgraph: string): Promise<Present> {
  const project = await readProjectInForce();
  const apps = toAppsInForce(project);
  const databases = locateDatabases(apps);
  const from = databases.find(({ name }) => name === subgraph)?.location;
  const script = apps.find(({ name }) => name === subgraph)?.script;
  if (from === undefined || script === undefined) {
    const names = databases.map(({ name }) => name).join(', ');
    throw new CommandError(`${subgraph}: no such subgraph; there are ${names}`);
  }
  if (!isPostgresUrl(from) && !existsSync(from))
    throw new CommandError(`${from}: no such database; npm start creates it`);
  const { migrations } = await import(join(dirname(script), 'database', 'migrations.ts'));
  return { subgraph, from, migrations, isUnderPm2: project.processes.some(({ name }) => name === subgraph) };
}

/** Reads the arguments. `to` is undefined if the move is to be cancelled. */
function readArguments(args: string[]): { subgraph: string; to: string | undefined } {
  const { values, positionals } = parse(args);
  const [subgraph, ...more] = positionals;
  const { to, cancel } = values;
  if (!subgraph || more.length > 0 || (to === undefined) !== (cancel === true) || to === '') {
    throw new CommandError(`Give a subgraph and its new database: ${USAGE}`);
  }
  if (to === undefined || isPostgresUrl(to)) return { subgraph, to };
  if (to === ':memory:' || /^\w+:\/\//.test(to))
    throw new CommandError(`--to is neither a URL of PostgreSQL nor a file: ${USAGE}`);
  return { subgraph, to: resolve(process.env.INIT_CWD ?? '.', to) };
}

function parse(args: string[]) {
  try {
    const options = { to: { type: 'string' }, cancel: { type: 'boolean' } } as const;
    return parseArgs({ args, allowPositionals: true, options });
  } catch {
    return { values: { to: undefined, cancel: undefined }, positionals: [] };
  }
}
