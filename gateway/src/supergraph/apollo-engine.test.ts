import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { toHeaderSettings } from '../configuration/sections/headers.ts';
import { supergraphFile } from '../configuration/settings-schema.ts';
import { LoadedSupergraph } from './loaded-supergraph.ts';
import type { Context } from './request-context.ts';
import { openInThread } from './testing/open-in-thread.ts';

const NOWHERE = 'http://127.0.0.1:1/';

/** Loads a gateway over one subgraph, and gives what it answers to an operation, and what it logs. */
async function load(t: TestContext, engine: 'compiled' | 'apollo', sdl: string | string[], url = NOWHERE) {
  const { gateway } = supergraphFile.parse({
    subgraphs: { a: { routing_url: url, schema: { sdl: '' } } },
    gateway: { execution: { engine } },
  });
  const subgraphs = [sdl].flat().map((sdl, index) => {
    return { name: `s${index}`, routingUrl: url, schema: { sdl }, timeoutMs: 1000 };
  });
  const schemas = subgraphs.map(({ name, routingUrl, schema: { sdl } }) => ({ name, routingUrl, sdl, origin: name }));
  const { logger, lines } = recordLog();
  const subgraphErrors = { ...gateway.subgraphErrors, expected: {} };
  const headers = toHeaderSettings(gateway.headers, {});
  const source = { subgraphs, gateway: { ...gateway, subgraphErrors, headers }, schemas };
  const planner = await openInThread(schemas);
  const supergraph = await LoadedSupergraph.load(source, planner, undefined, logger);
  t.after(() => supergraph.close());
  const server = new ApolloServer<Context>({
    gateway: {
      load: async () => ({ executor: (request) => supergraph.execute(request) }),
      onSchemaLoadOrUpdate: (listener) => {
        const { apiSchema } = supergraph.operations.planner;
        listener({ apiSchema, coreSupergraphSdl: supergraph.sdl });
        return () => {};
      },
      stop: async () => {},
    },
    logger,
  });
  await server.start();
  t.after(() => server.stop());
  const ask = async (query: string) => {
    const signal = new AbortController().signal;
    const { http, body } = await server.executeOperation({ query }, { contextValue: contextOf(signal) });
    return { status: http.status, body: JSON.stringify(body) };
  };
  return { ask, lines, supergraph };
}

const contextOf = (signal: AbortSignal) => ({ signal, headers: {}, claims: undefined });

const FEEDS = 'type Query { open: Int } type Subscription { news: Int }';
const federation = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", ${imports}])\n`;

for (const engine of ['compiled', 'apollo'] as const) {
  test(`the ${engine} engine refuses a subscription with status 400 and says why`, async (t) => {
    const { ask } = await load(t, engine, FEEDS);
    const { status, body } = await ask('subscription { news }');
    assert.equal(status, 400);
    assert.match(body, /"Subscriptions are not supported; .*"OPERATION_NOT_SUPPORTED"/);
  });
}

test('an operation that is refused is logged once, unless a thousand others were since, and counted each time', async (t) => {
  const { ask, lines, supergraph } = await load(t, 'compiled', FEEDS);
  const logged = () => lines.filter(({ msg }) => msg === 'operation not supported').length;
  for (let time = 0; time < 3; time += 1) await ask('subscription { news }');
  assert.equal(logged(), 1);
  for (let other = 0; other < 1000; other += 1) await ask(`subscription { n${other}: news }`);
  await ask('subscription { news }');
  assert.equal(logged(), 1002);
  assert.equal(supergraph.operations.counts.unsupported, 1004);
});

test('a Subscription type is warned of once its supergraph is loaded', async (t) => {
  const { lines } = await load(t, 'compiled', FEEDS);
  assert.match(JSON.stringify(lines), /have a Subscription type, but subscriptions are not supported/);
});

test('the apollo engine compiles nothing, and calls subgraphs as the compiled engine does', async (t) => {
  const { url } = await serveHttp(t, (request, response) => {
    request.resume().on('end', () => response.end('{"data":{"open":7}}'));
  });
  const { ask, supergraph } = await load(t, 'apollo', 'type Query { open: Int }', url);
  assert.match((await ask('{ open }')).body, /"open":7/);
  assert.equal(supergraph.operations.size, 0);
});

test('the apollo engine answers with an error for a subgraph that is down', async (t) => {
  const { ask } = await load(t, 'apollo', 'type Query { open: Int }');
  assert.match((await ask('{ open }')).body, /SUBGRAPH_UNAVAILABLE/);
});

for (const [feature, sdl, reason] of [
  [
    'authorization directives',
    `${federation('"@authenticated"')} type Query { secret: Int @authenticated }`,
    /enforces no @authenticated, which is on Query\.secret/,
  ],
  [
    '@fromContext',
    `${federation('"@context", "@fromContext"')} type Query { shelf: Shelf }
     type Shelf @key(fields: "id") @context(name: "shelf") { id: ID! name: String book: Book }
     type Book @key(fields: "id") { id: ID! label(shelf: String @fromContext(field: "$shelf { name }")): String }`,
    /does not know @context and @fromContext/,
  ],
  [
    'labels of @override',
    [
      `${federation('"@shareable"')} type Query { a: A } type A @key(fields: "id") { id: ID! plan: Int }`,
      `${federation('"@override"')} type A @key(fields: "id") { id: ID! plan: Int @override(from: "s0", label: "percent(5)") }`,
    ],
    /chooses no labels of @override, which fields of A have/,
  ],
] as const) {
  test(`the apollo engine does not start with ${feature}, and the error says why`, async (t) => {
    await assert.rejects(load(t, 'apollo', [sdl].flat()), { name: 'ConfigurationError', message: reason });
  });
}
