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
}

/** Returns the subgraphs in the project's folder `subgraphs`, those that call no others first. */
export function listSubgraphs(root: string): Subgraph[] {
  return globSync('subgraphs/*/package.json', { cwd: root })
    .map((file) => {
      const { config } = JSON.parse(readFileSync(join(root, file), 'utf8'));
      return { name: basename(dirname(file)), port: config.port, calls: config.calls ?? [] };
    })
    .toSorted((a, b) => a.calls.length - b.calls.length || a.port - b.port);
}
