import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST, type Processes, ROOT, runToEnd } from './processes.ts';
import { wideSubgraphs } from './wide/subgraphs.ts';

/** Where the subgraphs of one system are. */
export interface SubgraphPorts {
  readonly users: number;
  readonly orders: number;
  /** In the order of {@link wideSubgraphs}. */
  readonly wide: readonly number[];
}

export interface SupergraphFiles {
  /** As Lockstep reads it: rover's format. */
  readonly yaml: string;
  /** As the others read it: composed. */
  readonly sdl: string;
}

/** Writes both forms of the supergraph, the composed one as `npm run compose` gives it. */
export async function writeSupergraph(
  processes: Processes,
  folder: string,
  name: string,
  ports: SubgraphPorts,
): Promise<SupergraphFiles> {
  const yaml = join(folder, `${name}.yaml`);
  const sdl = join(folder, `${name}.graphql`);
  await writeFile(yaml, toYaml(ports));
  const compose = join(ROOT, 'gateway', 'src', 'compose.ts');
  await writeFile(sdl, await runToEnd(processes, 'compose', [compose], { SUPERGRAPH_FILE: yaml }));
  return { yaml, sdl };
}

// JSON is YAML, and needs no care with indentation.
function toYaml({ users, orders, wide }: SubgraphPorts): string {
  const shop = (name: string, port: number) => ({
    routing_url: urlOf(port),
    schema: { file: join(ROOT, 'subgraphs', name, 'schema.graphql') },
  });
  const subgraphs = {
    users: shop('users', users),
    orders: shop('orders', orders),
    ...Object.fromEntries(
      wideSubgraphs.map(({ name, sdl }, index) => [
        name,
        { routing_url: wideUrlOf(wide[index] ?? 0), schema: { sdl } },
      ]),
    ),
  };
  return JSON.stringify({ federation_version: 2, subgraphs }, undefined, 2);
}

/** Where the shop's subgraphs and the gateways answer. */
export function urlOf(port: number): string {
  return `http://${HOST}:${port}/graphql`;
}

/** Apollo's standalone server answers at any path. */
function wideUrlOf(port: number): string {
  return `http://${HOST}:${port}/`;
}
