import { toHeaderSettings } from '../../configuration/sections/headers.ts';
import { supergraphFile } from '../../configuration/settings-schema.ts';
import type { Supergraph } from '../loaded-supergraph.ts';

/** Returns a supergraph of one subgraph, with these settings under `gateway` and the defaults otherwise. */
export function supergraphSource(sdl: string, url = 'http://127.0.0.1:1/', settings: object = {}): Supergraph {
  const file = supergraphFile.parse({ subgraphs: { a: { routing_url: url, schema: { sdl } } }, gateway: settings });
  const { subgraphErrors, headers, ...others } = file.gateway;
  const subgraphs = Object.entries(file.subgraphs).map(([name, subgraph]) => ({ ...subgraph, name }));
  return {
    schemas: [{ name: 'a', routingUrl: url, sdl, origin: 'sdl of a' }],
    subgraphs,
    gateway: { ...others, subgraphErrors: { ...subgraphErrors, expected: {} }, headers: toHeaderSettings(headers, {}) },
  };
}
