import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { toHeaderSettings } from '../configuration/sections/headers.ts';
import { supergraphFile } from '../configuration/supergraph-schema.ts';
import { compose } from '../supergraph/compose.ts';
import { SupergraphHandover } from '../supergraph/handover.ts';
import type { Context } from './context.ts';
import { DirectExecution } from './direct-execution.ts';

/** A gateway before one subgraph that always answers this, and what happened in it. */
async function serve(t: TestContext, answer: object) {
  const events: string[] = [];
  const { url } = await serveHttp(t, (request, response) => {
    events.push('call');
    request.resume().on('end', () => response.end(JSON.stringify(answer)));
  });
  const sdl = 'type Query { name: String, age: Int! }';
  const file = supergraphFile.parse({ subgraphs: { users: { routing_url: url, schema: { sdl } } } });
  const subgraphs = Object.entries(file.subgraphs).map(([name, settings]) => ({ ...settings, name }));
  const { subgraphErrors, headers, ...others } = file.gateway;
  const gateway = {
    ...others,
    subgraphErrors: { ...subgraphErrors, codes: {} },
    headers: toHeaderSettings(headers, {}),
  };
  const { logger } = recordLog();
  const handover = new SupergraphHandover(undefined, logger);
  await handover.replace({ sdl: compose(subgraphs), subgraphs, gateway });
  const execution = new DirectExecution(handover.current);
  const server = new ApolloServer<Context>({
    gateway: execution.gateway,
    plugins: [recordEvents(events), execution.plugin()],
    logger,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await server.start();
  t.after(() => server.stop());
  return { server, events };
}

function recordEvents(events: string[]): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async () => void events.push('resolved'),
      executionDidStart: async () => void events.push('gateway'),
      didEncounterErrors: async ({ errors }) => void events.push(`${errors.length} errors`),
      willSendResponse: async () => void events.push('sent'),
    }),
  };
}

async function ask({ server }: { server: ApolloServer<Context> }, query: string, operationName?: string) {
  const contextValue = { signal: new AbortController().signal, headers: {}, claims: undefined };
  const { body } = await server.executeOperation({ query, ...(operationName && { operationName }) }, { contextValue });
  assert.equal(body.kind, 'single');
  return body.singleResult;
}

test('an answer without errors is given without the gateway', async (t) => {
  const served = await serve(t, { data: { name: 'Ada' } });
  assert.deepEqual({ ...(await ask(served, '{ name }')) }, { data: { name: 'Ada' } });
  assert.deepEqual(served.events, ['resolved', 'call', 'sent']);
});

test('an answer with errors goes through the gateway, and is fetched once', async (t) => {
  const served = await serve(t, { data: { name: null }, errors: [{ message: 'no', path: ['name'] }] });
  const { data, errors } = await ask(served, '{ name }');
  assert.deepEqual([data, errors?.map(({ message, path }) => [message, path])], [{ name: null }, [['no', ['name']]]]);
  assert.deepEqual(served.events, ['resolved', 'call', 'gateway', '1 errors', 'sent']);
});

test('data that is null as a whole goes through the gateway with its errors', async (t) => {
  const served = await serve(t, { data: { age: null } });
  const { data, errors } = await ask(served, '{ age }');
  assert.deepEqual([data, errors?.length], [null, 1]);
  assert.deepEqual(served.events, ['resolved', 'call', 'gateway', '1 errors', 'sent']);
});

test('variables that don’t fit are refused as ever', async (t) => {
  const served = await serve(t, { data: { name: 'Ada' } });
  const { errors } = await ask(served, 'query ($no: Boolean!) { name @skip(if: $no) }');
  assert.equal(errors?.[0]?.extensions?.code, 'BAD_USER_INPUT');
  assert.deepEqual(served.events, ['resolved', 'gateway', '1 errors', 'sent']);
});

test('an operation that the document doesn’t have is refused as ever', async (t) => {
  const served = await serve(t, { data: { name: 'Ada' } });
  const { data, errors } = await ask(served, 'query A { name }', 'B');
  assert.deepEqual([data, errors?.length], [undefined, 1]);
  assert.deepEqual(served.events, ['resolved', 'gateway', '1 errors', 'sent']);
});
