import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServer, type BaseContext } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema, type GraphQLSchemaModule } from '@apollo/subgraph';
import { parse } from 'graphql';

const SUBGRAPHS = join(import.meta.dirname, '..', '..', 'subgraphs');

/** Serves a subgraph of the shop's schema as Apollo's documentation does, with all defaults:
 * https://www.apollographql.com/docs/apollo-server/using-federation/apollo-subgraph-setup */
export async function serveStock<Context extends BaseContext>(
  name: string,
  port: number,
  resolvers: NonNullable<GraphQLSchemaModule['resolvers']>,
  context: () => Context,
): Promise<void> {
  const typeDefs = parse(readFileSync(join(SUBGRAPHS, name, 'schema.graphql'), 'utf8'));
  const server = new ApolloServer<Context>({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) });
  await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port },
    context: async () => context(),
  });
}
