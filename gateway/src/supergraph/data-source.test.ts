import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import type { GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { HeaderMap } from '@apollo/server';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { toHeaderSettings } from '../configuration/sections/headers.ts';
import { supergraphFile } from '../configuration/settings-schema.ts';
import { CallRules } from '../subgraphs/call-rules.ts';
import { OperationCalls } from '../subgraphs/operation-calls.ts';
import { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import { SubgraphDataSource } from './data-source.ts';
import type { Context } from './request-context.ts';

test('what ApolloGateway runs has the header rules and hooks of both directions', async (t) => {
  const asked: IncomingHttpHeaders[] = [];
  const { url } = await serveHttp(t, (request, response) => {
    asked.push(request.headers);
    request.resume().on('end', () => response.setHeader('x-b', '2').end('{"data":{"a":1}}'));
  });
  const { gateway } = supergraphFile.parse({
    subgraphs: { one: { routing_url: url, schema: { sdl: '' } } },
    gateway: { headers: { request: [{ propagate: { named: 'x-a' } }], response: [{ propagate: { named: 'x-b' } }] } },
  });
  const settings = {
    ...gateway,
    subgraphErrors: { ...gateway.subgraphErrors, expected: {} },
    headers: toHeaderSettings(gateway.headers, { one: { request: [], response: [] } }),
  };
  const told: unknown[] = [];
  const rules = CallRules.of(settings, {
    subgraphRequest: ({ query, kind, representations, headers }) => {
      told.push(query, kind, representations);
      headers.set('x-hook', 'yes');
    },
  });
  assert.ok(rules);
  const client = { signal: new AbortController().signal, headers: { 'x-a': '1' }, claims: undefined };
  const calls = new OperationCalls(rules, client);
  const one = { name: 'one', routingUrl: url, schema: { sdl: '' }, timeoutMs: 1000 };
  const { logger } = recordLog();
  const caller = new SubgraphCaller({
    subgraph: one,
    traffic: gateway.traffic,
    secret: undefined,
    logger,
    keepsHeads: true,
  });
  const source = new SubgraphDataSource('one', caller);
  t.after(() => caller.close());
  const request = { query: '{ a }', variables: { representations: [{ id: 1 }] } };
  const context: Context = { ...client, calls };
  // What else ApolloGateway gives, nobody reads.
  const options = { request, context, http: { headers: new HeaderMap() } } as unknown;
  const { data } = await source.process(options as GraphQLDataSourceProcessOptions<Context>);
  assert.deepEqual(data, { a: 1 });
  assert.deepEqual([asked[0]?.['x-a'], asked[0]?.['x-hook']], ['1', 'yes']);
  assert.deepEqual(told, ['{ a }', 'query', ['{"id":1}']]);
  const answer = Object.fromEntries(calls.answerHeaders.entries({ isUncacheable: false, isPersonal: false }));
  assert.deepEqual(answer, { 'x-b': '2' });
});
