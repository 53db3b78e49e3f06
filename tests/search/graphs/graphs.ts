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
  const read = entrances.map(async ({ name, schema }) => [name, await schema()] as const);
  const schemas = new Map(await Promise.all(read));
  await stop();
  return schemas;
}

export function isGraphName(name: string): name is GraphName {
  return name === 'shop' || name === 'wide';
}
