import { dirname } from 'node:path';
import { type Outcome, PATH, run } from '../harness/pm2.ts';

/** Where a test's databases are, as the commands are told. */
export interface DatabaseVariables {
  readonly USERS_DATABASE: string;
  readonly ORDERS_DATABASE: string;
}

/** Runs `npm run backup` or `npm run restore` with these arguments, without npm. */
export function runCommand(
  name: 'backup' | 'restore',
  args: readonly string[],
  variables: DatabaseVariables,
): Promise<Outcome> {
  return run(process.execPath, [`commands/${name}.ts`, ...args], { ...variables });
}

/** The same as one types it. */
export function runNpm(name: 'backup' | 'restore', folder: string, variables: DatabaseVariables): Promise<Outcome> {
  return run('npm', ['run', name, '--', folder], { PATH, HOME: dirname(folder), ...variables });
}
