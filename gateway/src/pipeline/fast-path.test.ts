import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { type Arrival, graphql } from '@lockstep/runtime/http/server/graphql.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { LoadedSupergraph } from '../supergraph/loaded-supergraph.ts';
import type { Context } from '../supergraph/request-context.ts';
import { openInThread } from '../supergraph/testing/open-in-thread.ts';
import { supergraphSource } from '../supergraph/testing/supergraph-source.ts';
import { RejectionCounts } from '../telemetry/rejection-counts.ts';
import { supergraphGateway } from './apollo-server.ts';
import { DemandControl } from './cost/demand-control.ts';
import { FastPath } from './fast-path.ts';

/** Starts a gateway over one subgraph with a fixed response, and records its events. HTTP requests can take the fast path. */
async function serve(t: TestContext, answer: object, maxCost = 1000) {
  const events: string[] = [];
  const { url } = await serveHttp(t, (request, response) => {
    events.push('call');
    request.resume().on('end', () => response.end(JSON.stringify(answer)));
  });
  const sdl = `type Query { name(of: [Int!]): String, age: Int!, pets: [Pet] } type Pet { name: String }
    type Mutation { rename: String }`;
  const { logger } = recordLog();
  const source = supergraphSource(sdl, url);
  const planner = await openInThread(source.schemas);
  const supergraph = await LoadedSupergraph.load(source, planner, undefined, logger);
  const parts = { supergraph, logger, refusals: new RejectionCounts() };
  const demandControl = new DemandControl({ maxCost, listSize: 2, isEnforced: true }, parts);
  const execution = new FastPath(supergraph, demandControl);
  const server = new ApolloServer<Context>({
    gateway: supergraphGateway(supergraph),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      recordEvents(events),
      demandControl.plugin(),
      execution.plugin(),
    ],
    logger,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await server.start();
  t.after(() => server.stop());
  const context = ({ signal }: Arrival): Context => ({ signal, headers: {}, claims: undefined });
  const { url: address } = await serveHttp(t, graphql(server, { context, known: (params) => execution.find(params) }));
  return { server, events, address };
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

test('returns an answer without errors past the gateway', async (t) => {
  const served = await serve(t, { data: { name: 'Ada' } });
  assert.deepEqual({ ...(await ask(served, '{ name }')) }, { data: { name: 'Ada' } });
  assert.deepEqual(served.events, ['resolved', 'call', 'sent']);
});

test('hands an answer with errors to the gateway, and fetches it once', async (t) => {
  const served = await serve(t, { data: { name: null }, errors: [{ message: 'no', path: ['name'] }] });
  const { data, errors } = await ask(served, '{ name }');
  assert.deepEqual([data, errors?.map(({ message, path }) => [message, path])], [{ name: null }, [['no', ['name']]]]);
  assert.deepEqual(served.events, ['resolved', 'call', 'gateway', '1 errors', 'sent']);
});

test('hands null data to the gateway with its errors', async (t) => {
  const served = await serve(t, { data: { age: null } });
  const { data, errors } = await ask(served, '{ age }');
  assert.deepEqual([data, errors?.length], [null, 1]);
  assert.deepEqual(served.events, ['resolved', 'call', 'gateway', '1 errors', 'sent']);
});

test('rejects variables of the wrong type through Apollo Server', async (t) => {
  const served = await serve(t, { data: { name: 'Ada' } });
  const { errors } = await ask(served, 'query ($no: Boolean!) { name @skip(if: $no) }');
  assert.equal(errors?.[0]?.extensions?.code, 'BAD_USER_INPUT');
  assert.deepEqual(served.events, ['resolved', 'gateway', '1 errors', 'sent']);
});

test('rejects an unknown operation name through Apollo Server', async (t) => {
  const served = await serve(t, { data: { name: 'Ada' } });
  const { data, errors } = await ask(served, 'query A { name }', 'B');
  assert.deepEqual([data, errors?.length], [undefined, 1]);
  assert.deepEqual(served.events, ['resolved', 'gateway', '1 errors', 'sent']);
});

test('runs known operations by itself under demand control, but not with variables that cost too much', async (t) => {
  const { address, events } = await serve(t, { data: { name: 'Ada', pets: [] } }, 1);
  const send = async (query: string, variables = {}) => {
    events.length = 0;
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return [...events, response.status];
  };
  const query = 'query ($on: Boolean!) { name pets @include(if: $on) { name } }';
  await send('{ __typename }');
  await send(query, { on: false });
  for (const _ of ['once', 'once more']) {
    assert.deepEqual(await send(query, { on: false }), ['call', 200]);
    assert.deepEqual(await send(query, { on: true }), ['resolved', '1 errors', 'sent', 400]);
    assert.deepEqual(await send('{ pets { name } }'), ['resolved', '1 errors', 'sent', 400]);
  }
  await send('query ($id: Int!) { name(of: [$id]) }', { id: 1 });
  assert.deepEqual(await send('query ($id: Int!) { name(of: [$id]) }', { id: 2 }), ['call', 200]);
});

const KNOWN: Record<string, { body: object; answer: object; isRunAlone: boolean }> = {
  'without errors': { body: { query: '{ name }' }, answer: { data: { name: 'Ada' } }, isRunAlone: true },
  'one operation of two': {
    body: { query: 'query A { name } query B { age }', operationName: 'A', variables: {} },
    answer: { data: { name: 'Ada' } },
    isRunAlone: true,
  },
  'with errors': {
    body: { query: 'mutation { rename }' },
    answer: { data: { rename: null }, errors: [{ message: 'no', path: ['rename'] }] },
    isRunAlone: false,
  },
  'unknown operation name': {
    body: { query: 'query A { name }', operationName: 'B' },
    answer: { data: { name: 'Ada' } },
    isRunAlone: false,
  },
  'variables of the wrong type': {
    body: { query: 'query ($of: [Int!]) { name(of: $of) }', variables: { of: 'x' } },
    answer: { data: { name: 'Ada' } },
    isRunAlone: false,
  },
  'variables that are no object': {
    body: { query: '{ name }', variables: 7 },
    answer: { data: { name: 'Ada' } },
    isRunAlone: false,
  },
};

for (const [name, { body, answer, isRunAlone }] of Object.entries(KNOWN)) {
  for (const accept of ['*/*', 'application/graphql-response+json', 'text/html']) {
    test(`gives the same answer once the document is known: ${name}, accept ${accept}`, async (t) => {
      const { address, events } = await serve(t, answer);
      const send = async (content: object) => {
        events.length = 0;
        const headers = { 'content-type': 'application/json', connection: 'close', accept };
        const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(content) });
        const { date, ...others } = Object.fromEntries(response.headers);
        return { status: response.status, headers: others, text: await response.text(), events: [...events] };
      };
      await send({ query: '{ __typename }' });
      const first = await send(body);
      const second = await send(body);
      assert.deepEqual({ ...second, events: [] }, { ...first, events: [] });
      const calls = (of: string[]) => of.filter((event) => event === 'call').length;
      assert.equal(calls(second.events), calls(first.events));
      if (isRunAlone && first.status === 200) assert.deepEqual(second.events, ['call']);
    });
  }
}
