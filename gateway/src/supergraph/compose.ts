import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { type DocumentNode, GraphQLError, parse, Source } from 'graphql';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';

/**
 * Composes the subgraphs' schemas into a supergraph.
 *
 * @param given schemas fetched from subgraphs, by the subgraph's name
 * @returns SDL of the supergraph, which any federation router reads
 * @throws {ConfigurationError} with composition's messages and the files they concern
 */
export function compose(
  subgraphs: readonly SubgraphSettings[],
  given: ReadonlyMap<string, string> = new Map(),
): string {
  const services = subgraphs.map((subgraph) => ({
    name: subgraph.name,
    url: subgraph.routingUrl,
    typeDefs: parseSchema(subgraph, given.get(subgraph.name)),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (errors) {
    const list = errors.map((error) => describe(error, fileOf(error, subgraphs)));
    throw new ConfigurationError(`The schemas don't compose:\n  ${list.join('\n  ')}`);
  }
  return supergraphSdl;
}

function parseSchema({ name, schema }: SubgraphSettings, given: string | undefined): DocumentNode {
  try {
    if ('sdl' in schema) return parse(new Source(schema.sdl, `sdl of ${name}`));
    if ('file' in schema) return parse(new Source(readFileSync(schema.file, 'utf8'), schema.file));
    return parse(new Source(given ?? '', `schema of ${schema.subgraph_url}`));
  } catch (error) {
    const reason = error instanceof GraphQLError ? describe(error) : error instanceof Error ? error.message : error;
    throw new ConfigurationError(`The schema of the subgraph ${name} can't be read: ${reason}`);
  }
}

/** Returns the schema file of a subgraph that a message names only in its prefix, `[orders] …`. */
function fileOf({ message }: GraphQLError, subgraphs: readonly SubgraphSettings[]): string | undefined {
  const subgraph = subgraphs.find(({ name }) => message.startsWith(`[${name}] `));
  return subgraph && 'file' in subgraph.schema ? subgraph.schema.file : undefined;
}

/** Returns `CODE: message (file:line, file:line)`, or `CODE: message (file)` if the error has no position. */
function describe(error: GraphQLError, file?: string): string {
  const code = error.extensions.code;
  const locations = (error.nodes ?? []).flatMap(({ loc }) =>
    loc ? [`${loc.source.name}:${loc.startToken.line}`] : [],
  );
  if (locations.length === 0 && error.source) locations.push(`${error.source.name}:${error.locations?.[0]?.line ?? 1}`);
  if (locations.length === 0 && file !== undefined) locations.push(file);
  const where = locations.length === 0 ? '' : ` (${[...new Set(locations)].join(', ')})`;
  return `${code === undefined ? '' : `${code}: `}${error.message}${where}`;
}
