import { join } from 'node:path';
import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { listSubgraphs } from '../../commands/processes/subgraphs.ts';

// Tests find the subgraphs as the commands do, so that one more changes no test.

/** Subgraphs of the project. */
export const SUBGRAPHS = listSubgraphs(join(import.meta.dirname, '..', '..'));

/** Names of the subgraphs of the project. */
export const SUBGRAPH_NAMES: readonly string[] = SUBGRAPHS.map(({ name }) => name);

/** Returns one variable of each subgraph, or of each of those that are named: `USERS_PORT`, `ORDERS_PORT` … */
export function variablesOfEach(
  suffix: 'PORT' | 'URL' | 'DATABASE',
  value: (name: string) => string,
  names = SUBGRAPH_NAMES,
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${variablePrefix(name)}_${suffix}`, value(name)]));
}
