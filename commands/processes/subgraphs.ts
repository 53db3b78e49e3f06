import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Subgraph of this project: a folder with a package.json. */
export interface Subgraph {
  /** Name of its folder, of its process, and of the subgraph in supergraph.yaml. */
  readonly name: string;
  /** Its usual port. */
  readonly port: number;
  /** Names of the subgraphs that it calls, whose addresses and secrets its process gets. */
  readonly calls: readonly string[];
  /** Names of those that it calls for more than the nodes that they own, which `npm run codegen` finds. */
  readonly needs: readonly string[];
}

/** Returns the subgraphs in the project's folder `subgraphs`, those that call no others first. */
export function listSubgraphs(root: string): Subgraph[] {
  return globSync('subgraphs/*/package.json', { cwd: root })
    .map((file) => {
      const { config } = JSON.parse(readFileSync(join(root, file), 'utf8'));
      const { port, calls: needs = [], nodeOwners = [] } = config;
      return { name: basename(dirname(file)), port, calls: [...new Set([...needs, ...nodeOwners])], needs };
    })
    .toSorted((a, b) => a.calls.length - b.calls.length || a.port - b.port);
}
