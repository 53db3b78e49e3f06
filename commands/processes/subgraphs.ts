import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';

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

/**
 * Returns the subgraphs in the project's folder `subgraphs`, those that call no others first.
 *
 * @throws {ConfigurationError} naming the package.json that doesn't describe a subgraph
 */
export function listSubgraphs(root: string): Subgraph[] {
  return globSync('subgraphs/*/package.json', { cwd: root })
    .map((file) => readSubgraph(join(root, file)))
    .toSorted((a, b) => a.calls.length - b.calls.length || a.port - b.port);
}

function readSubgraph(file: string): Subgraph {
  const { port, calls: needs = [], nodeOwners = [] } = readManifest(file).config ?? {};
  if (!Number.isInteger(port)) {
    throw new ConfigurationError(
      `${file}: config.port is ${JSON.stringify(port)}; give the port that the subgraph listens on`,
    );
  }
  return { name: basename(dirname(file)), port, calls: [...new Set([...needs, ...nodeOwners])], needs };
}

function readManifest(file: string) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigurationError(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}
