import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isPostgresUrl } from '@lockstep/subgraph-kit/database/engines/postgres-url.ts';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { locateDatabases } from './databases/find-databases.ts';
import { show } from './moving/database.ts';
import { untilUnused } from './moving/in-use.ts';
import { completeSwitched, copyWhileServing, finish, type MoveRequest } from './moving/move-database.ts';
import { startWith, whileStopped } from './moving/processes.ts';
import { readProjectInForce, toAppsInForce } from './processes/in-force.ts';
import { CommandError, runCommand } from './terminal/command.ts';

// `npm run move -- users --to postgres://…` (or `--to FILE.sqlite`): moves the database of a subgraph to another place, on the
// same or another engine, while it serves. Until the switch the old database is the truth, and the command can be run again.

const USAGE = 'npm run move -- SUBGRAPH --to postgres://USER@HOST/DATABASE (or --to FILE.sqlite)';

await runCommand(async () => {
  const request = await readRequest();
  const { subgraph, from, to, isUnderPm2 } = request;
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
});

/** @throws {CommandError} if the arguments or the environment don't name two databases */
async function readRequest(): Promise<MoveRequest & { isUnderPm2: boolean }> {
  const { subgraph, to } = readArguments(process.argv.slice(2));
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
  if (show(from) === show(to)) throw new CommandError(`${subgraph} has its database at ${show(to)} already`);
  const { migrations } = await import(join(dirname(script), 'database', 'migrations.ts'));
  const isUnderPm2 = project.processes.some(({ name }) => name === subgraph);
  return { subgraph, from, to, migrations, isUnderPm2 };
}

function readArguments(args: string[]): { subgraph: string; to: string } {
  const { values, positionals } = parse(args);
  const [subgraph, ...more] = positionals;
  const { to } = values;
  if (!subgraph || !to || more.length > 0) throw new CommandError(`Give a subgraph and its new database: ${USAGE}`);
  if (isPostgresUrl(to)) return { subgraph, to };
  if (to === ':memory:' || /^\w+:\/\//.test(to))
    throw new CommandError(`--to is neither a URL of PostgreSQL nor a file: ${USAGE}`);
  return { subgraph, to: resolve(process.env.INIT_CWD ?? '.', to) };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { to: { type: 'string' } } });
  } catch {
    return { values: { to: undefined }, positionals: [] };
  }
}
