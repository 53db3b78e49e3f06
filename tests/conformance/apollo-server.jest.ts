import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { defineIntegrationTestSuite } from '@apollo/server-integration-testsuite';
import { afterAll, afterEach, expect } from '@jest/globals';
import { FastPath } from '@lockstep/gateway/pipeline/fast-path.ts';
import { type GraphQLParams, graphql } from '@lockstep/runtime/http/server/graphql.ts';
import { listen } from '@lockstep/runtime/http/server/server.ts';
import { execute, type GraphQLSchema } from 'graphql';
import { serveRepeated } from './repeated.ts';

const OPTIONS = { host: '127.0.0.1', port: 0, portVariable: 'TEST_PORT', drainDelayMs: 0 };

/** Stops that the next test does not wait for, because each takes half a second while a client keeps its connection. */
const stops: Promise<void>[] = [];
afterAll(async () => {
  await Promise.all(stops);
  expect(fastAnswers).toBeGreaterThan(50);
});

/** Number of answers that were given without Apollo Server. */
let fastAnswers = 0;

const differences: unknown[] = [];
afterEach(() => {
  const [difference] = differences.splice(0);
  if (difference) throw difference;
});

/**
 * Tests whose requests are sent once: of features that a gateway doesn't have (traces in answers, hints for caches), or
 * that each answer differs in (the nonce of a page, an answer in parts).
 */
const SENT_ONCE = /Federated tracing|renderLandingPage|cache-control|incremental delivery/;

// Apollo's tests of whatever carries HTTP to Apollo Server. None is left out here; of its own accord the suite leaves out
// those of @defer and @stream that need graphql 17 (24 of 270): this graph, like the planner, is on 16.
//
// Each request is sent three times, and the third is on the fast path. Those of tests that count what happens in the
// server, by a plugin, a function or a mock of their own, are sent once.
defineIntegrationTestSuite(async (config, { context } = {}) => {
  const isRepeated = !context && isPlain(config) && !SENT_ONCE.test(expect.getState().currentTestName ?? '');
  const { server, known } = isRepeated ? withFastPath(config) : { server: new ApolloServer(config) };
  await server.start();
  const handler = graphql<BaseContext>(server, {
    context: async ({ signal }) => (context ? context() : { signal }),
    ...(known && { known }),
  });
  const listening = await listen(handler, OPTIONS);
  const url = `http://${OPTIONS.host}:${listening.port}`;
  const repeated = isRepeated ? await serveRepeated(url, (difference) => differences.push(difference)) : undefined;
  return {
    server,
    url: repeated?.url ?? url,
    extraCleanup: async () => {
      repeated?.close();
      stops.push(listening.stop());
    },
  };
});

/** Returns true for a server that nothing of a test's own looks into. */
function isPlain(config: ApolloServerOptions<BaseContext>): boolean {
  const own = ['plugins', 'gateway', 'rootValue', 'fieldResolver', 'formatError', 'validationRules'] as const;
  return own.every((key) => config[key] === undefined);
}

/** Builds a server with the gateway's fast path, which runs operations on the schema itself. */
function withFastPath(config: ApolloServerOptions<BaseContext>) {
  let schema: GraphQLSchema | undefined;
  const fastPath = new FastPath<BaseContext>({
    async run({ document, request: { operationName, variables }, context: contextValue }) {
      return schema && execute({ schema, document, operationName, variableValues: variables, contextValue });
    },
  });
  const noteSchema: ApolloServerPlugin = {
    async serverWillStart(service) {
      schema = service.schema;
    },
  };
  const server = new ApolloServer({
    ...config,
    plugins: [ApolloServerPluginCacheControlDisabled(), noteSchema, fastPath.plugin()],
  });
  const known = (params: GraphQLParams) => {
    const run = fastPath.find(params);
    return run && (async (context: BaseContext) => count(await run(context)));
  };
  return { server, known };
}

function count(answer: string | undefined): string | undefined {
  if (answer !== undefined) fastAnswers += 1;
  return answer;
}
