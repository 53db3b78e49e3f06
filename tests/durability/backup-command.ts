import { dirname, join } from 'node:path';
import { NO_PM2, type Outcome, PATH, run } from '../harness/pm2.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from '../harness/subgraphs.ts';

/** Environment that gives processes and commands the paths of a test's databases. */
export interface DatabaseVariables extends Readonly<Record<string, string>> {
  readonly USERS_DATABASE: string;
  readonly ORDERS_DATABASE: string;
}

/** All subgraphs of the project; a backup contains the databases of all. */
export const SUBGRAPHS = SUBGRAPH_NAMES.toSorted();

/** Returns the environment for the databases of all subgraphs in one folder, by their names. */
export function databasesIn(folder: string): DatabaseVariables {
  const pathOf = (name: string) => join(folder, `${name}.sqlite`);
  const all = variablesOfEach('DATABASE', pathOf);
  return { ...NO_PM2, ...all, USERS_DATABASE: pathOf('users'), ORDERS_DATABASE: pathOf('orders') };
}

/** Runs `npm run backup` or `npm run restore` with these arguments, without npm. */
export function runCommand(
  name: 'backup' | 'restore',
  args: readonly string[],
  variables: DatabaseVariables,
): Promise<Outcome> {
  return run(process.execPath, [`commands/${name}.ts`, ...args], variables);
}

/** Runs the npm script as one types it. */
export function runNpm(name: 'backup' | 'restore', folder: string, variables: DatabaseVariables): Promise<Outcome> {
  return run('npm', ['run', name, '--', folder], { PATH, HOME: dirname(folder), ...variables });
}
