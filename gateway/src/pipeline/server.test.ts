import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { Parser } from 'graphql/language/parser.js';
import { Generations } from '../supergraph/generations.ts';
import { openInThread } from '../supergraph/testing/open-in-thread.ts';
import { supergraphSource } from '../supergraph/testing/supergraph-source.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { GatewayServer } from './server.ts';

/** Starts a gateway over one subgraph with these settings, and counts how often it parses a text. */
async function serve(t: TestContext, settings: object = {}) {
  const { url } = await serveHttp(t, (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"data":{"name":"Ada"}}');
  });
  const { logger } = recordLog();
  const telemetry = new Telemetry(logger, () => undefined);
  const generations = new Generations<GatewayServer>({
    secret: undefined,
    logger,
    telemetry,
    openPlanner: openInThread,
    openHandler: (foundation, before) => GatewayServer.open({ logger, isReady: () => true }, foundation, before),
  });
  t.after(() => generations.stop());
  await generations.replace(supergraphSource('type Query { name: String }', url, settings));
  const gateway = await serveHttp(t, generations.handle);
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return { status: response.status, text: await response.text() };
  };
  const { parseDocument } = Parser.prototype;
  const texts: string[] = [];
  t.mock.method(Parser.prototype, 'parseDocument', function (this: Parser) {
    // biome-ignore lint/complexity/useLiteralKeys: the property is protected
    texts.push(this['_lexer'].source.body);
    return parseDocument.call(this);
  });
  return { ask, parses: (text: string) => texts.filter((parsed) => parsed === text).length };
}

for (const [name, settings] of Object.entries({
  'by default': {},
  'with limits, demand control and a rule for headers': {
    limits: { max_depth: 5 },
    demand_control: { enabled: true, max_cost: 1000 },
    headers: { request: [{ propagate: { named: 'x-tenant' } }] },
  },
})) {
  test(`parses a new document once and a known one never, ${name}`, async (t) => {
    const { ask, parses } = await serve(t, settings);
    const query = 'query Once { name }';
    for (let time = 0; time < 3; time += 1) {
      assert.deepEqual(await ask(query), { status: 200, text: '{"data":{"name":"Ada"}}\n' });
    }
    assert.equal(parses(query), 1);
  });
}

const TO_SUBGRAPHS = [{ propagate: { named: 'x-tenant' } }];

for (const [name, settings, isWatched] of [
  ['by default', {}, false],
  ['with demand control', { demand_control: { enabled: true, max_cost: 1000 } }, false],
  ['with rules for headers to subgraphs', { headers: { request: TO_SUBGRAPHS } }, false],
  ['with a rule for headers to clients', { headers: { response: TO_SUBGRAPHS } }, true],
] as const) {
  test(`runs a known document ${isWatched ? 'through' : 'without'} Apollo Server, ${name}`, async (t) => {
    const { ask } = await serve(t, settings);
    const { mock } = t.mock.method(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
    for (let time = 0; time < 3; time += 1) await ask('query Known { name }');
    assert.equal(mock.callCount(), isWatched ? 3 : 1);
  });
}

test('rejects an invalid document and forbidden introspection each time, in Apollo Server’s words', async (t) => {
  const { ask } = await serve(t, { introspection: false });
  for (let time = 0; time < 3; time += 1) {
    const unknown = await ask('{ nothing }');
    assert.deepEqual([unknown.status, unknown.text.includes('GRAPHQL_VALIDATION_FAILED')], [400, true]);
    const introspecting = await ask('{ __schema { queryType { name } } }');
    assert.deepEqual([introspecting.status, introspecting.text.includes('introspection is not allowed')], [400, true]);
    assert.deepEqual(await ask('{ __typename }'), { status: 200, text: '{"data":{"__typename":"Query"}}\n' });
  }
});
