import { ApolloServer, type BaseContext } from '@apollo/server';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { afterAll } from '@jest/globals';
import { graphql } from '@lockstep/runtime/http/server/graphql.ts';
import { listen } from '@lockstep/runtime/http/server/server.ts';

const OPTIONS = { host: '127.0.0.1', port: 0, portVariable: 'TEST_PORT', drainDelayMs: 0 };

/** Stops that the next test does not wait for, because each takes half a second while a client keeps its connection. */
const stops: Promise<void>[] = [];
afterAll(() => Promise.all(stops));

// Apollo's tests of whatever carries HTTP to Apollo Server. None is left out here; of its own accord the suite leaves out
// those of @defer and @stream that need graphql 17 (24 of 270): this graph, like the planner, is on 16.
defineIntegrationTestSuite(async (config, options) => {
  const server = new ApolloServer(config);
  await server.start();
  const handler = graphql<BaseContext>(server, { context: options?.context ?? (() => ({})) });
  const listening = await listen(handler, OPTIONS);
  return {
    server,
    url: `http://${OPTIONS.host}:${listening.port}`,
    extraCleanup: async () => void stops.push(listening.stop()),
  };
});
