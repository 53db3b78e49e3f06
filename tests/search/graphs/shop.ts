import { join } from 'node:path';
import { temporaryFolder } from '../../harness/graph.ts';
import { startTargets } from '../../harness/targets.ts';
import { openProbePort } from '../processes/probed-process.ts';
import { introspect, type Schemas, Scope, type SearchedGraph } from './searched-graph.ts';
import { fillShop } from './shop-data.ts';

/** Name of a process of the graph: the gateway's or a subgraph's. */
const DATABASES = ['users', 'orders', 'products'];

/** Starts our graph with its default settings, and with data that allow the worst. */
export async function startShop(mode: 'development' | 'production', known?: Schemas): Promise<SearchedGraph> {
  const scope = new Scope();
  const folder = await temporaryFolder(scope);
  const port = await openProbePort(scope);
  const files = Object.fromEntries(
    DATABASES.map((name) => [`${name.toUpperCase()}_DATABASE`, join(folder, `${name}.sqlite`)]),
  );
  const targets = await startTargets(scope, { NODE_ENV: mode, ...files, ...port.env });
  fillShop(folder);
  const processes = await Promise.all(targets.map(({ name, process }) => port.probed(name, process)));
  const names = targets.map(({ name }) => name);
  const entrances = targets.map(({ name, process, headers }) => ({
    ...{ name, url: process.url, headers },
    schema: async () => known?.get(name) ?? introspect(process.url, headers),
    reaches: name === 'gateway' ? names : [name],
  }));
  return { entrances, processes, stop: () => scope.end() };
}
