import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { typeDefsOf, wideSubgraphs } from './subgraphs.ts';

// The bench's own subgraphs, each on its given port, in one process because their cost is not measured.

const ports = process.argv.slice(2).map(Number);
for (const [index, subgraph] of wideSubgraphs.entries()) {
  const server = new ApolloServer({
    schema: buildSubgraphSchema([{ typeDefs: typeDefsOf(subgraph), resolvers: subgraph.resolvers }]),
  });
  await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: ports[index] ?? 0 } });
}
