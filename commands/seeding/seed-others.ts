import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SeededGraph } from '@lockstep/subgraph-kit/seeded-graph.ts';
import { ROOT } from '../processes/apps.ts';
import { listSubgraphs } from '../processes/subgraphs.ts';
import { CommandError } from '../terminal/command.ts';
import { ask, dataOf } from './graph-client.ts';

/** Seeds the subgraphs that say how in their `src/seed.ts`. @throws {CommandError} naming the subgraph that fails */
export async function seedOthers(url: string, ids: SeededGraph['ids']): Promise<void> {
  const get: SeededGraph['get'] = async (query, variables) => dataOf(await ask(url, query, variables));
  for (const { name } of listSubgraphs(ROOT)) {
    const file = join(ROOT, 'subgraphs', name, 'src', 'seed.ts');
    if (!existsSync(file)) continue;
    const { seed }: { seed: (graph: SeededGraph) => Promise<void> } = await import(pathToFileURL(file).href);
    try {
      await seed({ get, ids });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(`${name}: ${error.message}`);
    }
    console.log(`${name}: seeded`);
  }
}
