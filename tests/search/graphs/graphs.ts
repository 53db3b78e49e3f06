import type { Schemas, SearchedGraph, StartGraph } from './searched-graph.ts';
import { startShop } from './shop.ts';
import { startWide } from './wide.ts';

export type GraphName = 'shop' | 'wide';

const GRAPHS = { shop: startShop, wide: startWide };

/** Returns what starts a graph. In production mode introspection is off, so schemas are read in development mode first. */
export function starterOf(name: GraphName, mode: 'development' | 'production'): StartGraph {
  const start = GRAPHS[name];
  let schemas: Schemas | undefined;
  return async () => {
    if (mode === 'production' && !schemas) schemas = await readSchemas(await start('development'));
    return start(mode, schemas);
  };
}

async function readSchemas({ entrances, stop }: SearchedGraph): Promise<Schemas> {
  const read = entrances.map(async ({ name, schema }) => [name, await schema()] as const);
  const schemas = new Map(await Promise.all(read));
  await stop();
  return schemas;
}

export function isGraphName(name: string): name is GraphName {
  return name === 'shop' || name === 'wide';
}
