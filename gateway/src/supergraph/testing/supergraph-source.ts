import { toHeaderSettings } from '../../configuration/sections/headers.ts';
import { supergraphFile } from '../../configuration/settings-schema.ts';
import type { Supergraph } from '../loaded-supergraph.ts';

/** Returns a supergraph of one subgraph, with these settings under `gateway` and the defaults otherwise. */
export function supergraphSource(sdl: string, url = 'http://127.0.0.1:1/', settings: object = {}): Supergraph {
  return supergraphOf({ a: { sdl, url } }, settings);
}

interface SubgraphSource {
  readonly sdl: string;
  readonly url: string;
  /** Settings of the subgraph, as the supergraph file has them. */
  readonly settings?: object;
}

/** Returns a supergraph of several subgraphs, by name, with these settings under `gateway` and the defaults otherwise. */
export function supergraphOf(all: Readonly<Record<string, SubgraphSource>>, settings: object = {}): Supergraph {
  const entries = Object.entries(all).map(([name, { sdl, url, settings: own }]) => [
    name,
    { routing_url: url, schema: { sdl }, ...own },
  ]);
  const file = supergraphFile.parse({ subgraphs: Object.fromEntries(entries), gateway: settings });
  const { subgraphErrors, headers, ...others } = file.gateway;
  const ofSubgraphs = Object.entries(file.subgraphs).map(([name, { headers: own }]) => [name, own] as const);
  const allHeaders = toHeaderSettings(headers, Object.fromEntries(ofSubgraphs));
  const subgraphs = Object.entries(file.subgraphs).map(([name, subgraph]) => ({ ...subgraph, name }));
  return {
    schemas: Object.entries(all).map(([name, { sdl, url }]) => ({
      name,
      routingUrl: url,
      sdl,
      origin: `sdl of ${name}`,
    })),
    subgraphs,
    gateway: { ...others, subgraphErrors: { ...subgraphErrors, expected: {} }, headers: allHeaders },
  };
}
