import type { StartGraph } from './searched-graph.ts';
import { type Schemas, startShop } from './shop.ts';
import { startWide } from './wide.ts';

export type GraphName = 'shop' | 'wide';

/** Returns what starts a graph. */
export function starterOf(name: GraphName, mode: 'development' | 'production'): StartGraph {
  if (name === 'wide') return () => startWide(mode);
  let schemas: Schemas | undefined;
  return async () => {
    if (mode === 'production' && !schemas) schemas = await readSchemas();
    return startShop(mode, schemas);
  };
}

async function readSchemas(): Promise<Schemas> {
  const { entrances, stop } = await startShop('development');
  await stop();
  return new Map(entrances.map(({ name, schema }) => [name, schema]));
}

export function isGraphName(name: string): name is GraphName {
  return name === 'shop' || name === 'wide';
}
