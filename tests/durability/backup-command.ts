import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Outcome, PATH, run } from '../harness/pm2.ts';
import { ROOT } from '../harness/process.ts';

/** If a test's databases are, as the processes and the commands are told. */
export interface DatabaseVariables extends Readonly<Record<string, string>> {
  readonly USERS_DATABASE: string;
  readonly ORDERS_DATABASE: string;
}

/** Every subgraph of the project: a backup has the databases of all of them. */
export const SUBGRAPHS = readdirSync(join(ROOT, 'subgraphs')).toSorted();

/** The databases of all subgraphs in one folder, under their names. */
export function databasesIn(folder: string): DatabaseVariables {
  const pathOf = (name: string) => join(folder, `${name}.sqlite`);
  const all = Object.fromEntries(SUBGRAPHS.map((name) => [`${name.toUpperCase()}_DATABASE`, pathOf(name)]));
  return { ...all, USERS_DATABASE: pathOf('users'), ORDERS_DATABASE: pathOf('orders') };
}

/** Runs `npm run backup` or `npm run restore` with these arguments, without npm. */
export function runCommand(
  name: 'backup' | 'restore',
  args: readonly string[],
  variables: DatabaseVariables,
): Promise<Outcome> {
  return run(process.execPath, [`commands/${name}.ts`, ...args], variables);
}

/** The same as one types it. */
export function runNpm(name: 'backup' | 'restore', folder: string, variables: DatabaseVariables): Promise<Outcome> {
  return run('npm', ['run', name, '--', folder], { PATH, HOME: dirname(folder), ...variables });
}
