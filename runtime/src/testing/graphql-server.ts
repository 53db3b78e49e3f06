import type { TestContext } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { graphql } from '../http/server/graphql.ts';
import { serveHttp } from './test-server.ts';

const typeDefs = `
  scalar Any
  type Query { hello(name: String = "you"): String  echo(value: Any): Any }
  type Mutation { count: Int }
`;

/** A GraphQL server for a test, behind our handler. */
export interface GraphqlServer {
  readonly port: number;
  readonly url: string;
  /** Returns how often the mutation `count` ran. */
  counted(): number;
}

/** Starts a server of `hello`, `echo`, which returns its argument, and the mutation `count`. It ends with the test. */
export async function serveGraphql(t: TestContext): Promise<GraphqlServer> {
  let count = 0;
  const resolvers = {
    Query: {
      hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
      echo: (_: unknown, { value }: { value: unknown }) => value,
    },
    Mutation: { count: () => ++count },
  };
  const server = new ApolloServer({ typeDefs, resolvers, stopOnTerminationSignals: false });
  await server.start();
  t.after(() => server.stop());
  return {
    ...(await serveHttp(t, graphql(server, { context: () => ({}) }))),
    counted: () => count,
  };
}
