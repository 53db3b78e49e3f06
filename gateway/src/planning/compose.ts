import { composeServices } from '@apollo/composition';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { type DocumentNode, GraphQLError, parse, Source } from 'graphql';
import type { SubgraphSchema } from './subgraph-schema.ts';

/**
 * Composes the subgraphs' schemas into a supergraph.
 *
 * @returns SDL of the supergraph, which any federation router reads
 * @throws {ConfigurationError} with composition's messages and the files they concern
 */
export function compose(schemas: readonly SubgraphSchema[]): string {
  const services = schemas.map((schema) => ({
    name: schema.name,
    url: schema.routingUrl,
    typeDefs: parseSchema(schema),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (errors) {
    const list = errors.map((error) => describe(error, originOf(error, schemas)));
    throw new ConfigurationError(`The schemas don't compose:\n  ${list.join('\n  ')}`);
  }
  return supergraphSdl;
}

function parseSchema({ name, sdl, origin }: SubgraphSchema): DocumentNode {
  try {
    return parse(new Source(sdl, origin));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new ConfigurationError(`The schema of the subgraph ${name} can't be read: ${describe(error)}`);
  }
}

/** Returns the origin of a subgraph's schema that a message names only in its prefix, `[orders] …`. */
function originOf({ message }: GraphQLError, schemas: readonly SubgraphSchema[]): string | undefined {
  return schemas.find(({ name }) => message.startsWith(`[${name}] `))?.origin;
}

/** Returns `CODE: message (file:line, file:line)`, or `CODE: message (file)` if the error has no position. */
function describe(error: GraphQLError, origin?: string): string {
  const code = error.extensions.code;
  const locations = (error.nodes ?? []).flatMap(({ loc }) =>
    loc ? [`${loc.source.name}:${loc.startToken.line}`] : [],
  );
  if (locations.length === 0 && error.source) locations.push(`${error.source.name}:${error.locations?.[0]?.line ?? 1}`);
  if (locations.length === 0 && origin !== undefined) locations.push(origin);
  const where = locations.length === 0 ? '' : ` (${[...new Set(locations)].join(', ')})`;
  return `${code === undefined ? '' : `${code}: `}${error.message}${where}`;
}
