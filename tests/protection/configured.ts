import { appendFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Afterwards, type Graph, startGraph } from '../harness/graph.ts';
import { copySupergraph } from '../harness/supergraph-files.ts';

/** A graph with gateway settings of its own, and the path of its supergraph file. */
export interface ConfiguredGraph {
  readonly graph: Graph;
  readonly supergraph: string;
}

/**
 * Starts a graph with these settings.
 *
 * @param settings YAML with the key `gateway`
 * @param files texts of files beside the supergraph file, by name
 */
export async function startConfigured(
  t: Afterwards,
  settings: string,
  files: Readonly<Record<string, string>> = {},
  only: readonly string[] = ['users', 'orders'],
): Promise<ConfiguredGraph> {
  const { supergraph } = await copySupergraph(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dirname(supergraph), name), text);
  await appendFile(supergraph, settings);
  return {
    supergraph,
    graph: await startGraph(t, { only, gateway: { SUPERGRAPH_FILE: supergraph } }),
  };
}
