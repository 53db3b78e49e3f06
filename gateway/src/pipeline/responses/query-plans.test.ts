import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { freePort, serveHttp, urlOf } from '@lockstep/runtime/testing/test-server.ts';
import { graphql, parse } from 'graphql';
import { Generations } from '../../supergraph/generations.ts';
import { openInThread } from '../../supergraph/testing/open-in-thread.ts';
import { supergraphOf } from '../../supergraph/testing/supergraph-source.ts';
import { Telemetry } from '../../telemetry/telemetry.ts';
import { GatewayServer } from '../server.ts';
import type { PlanReport } from './plan-report.ts';

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])\n`;
const ORDERS = `${FEDERATION} type Query { orders(first: Int): [Order!]! }
  type Order @key(fields: "id") { id: ID! user: User item: Item }
  type User @key(fields: "id", resolvable: false) { id: ID! }
  type Item @key(fields: "id", resolvable: false) { id: ID! }`;
const SHOP = `${FEDERATION} type Query { shop: String }
  type User @key(fields: "id") { id: ID! name: String }
  type Item @key(fields: "id") { id: ID! title: String }`;

const QUERY = '{ orders { id user { name } item { title } } }';
const ASK = { 'apollo-expose-query-plan': 'true' };
const SECRET = 'a secret of the operator';

/** Serves a subgraph whose answers can be spoiled. */
async function serveSubgraph(t: TestContext, sdl: string, resolvers: object, spoil?: Spoil): Promise<string> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: { ...resolvers } }]);
  const { url } = await serveHttp(t, async (request, response) => {
    const { query, variables } = (await json(request)) as { query: string; variables: Record<string, unknown> };
    if (await spoil?.(response)) return;
    const answer = await graphql({ schema, source: query, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  return url;
}

/** Resolves with true if it has answered. */
type Spoil = (response: ServerResponse) => Promise<boolean>;

interface Graph {
  /** Settings under `gateway`. */
  readonly settings?: object;
  /** Settings of the shop. */
  readonly shop?: object;
  /** Address of the shop; a server by default. */
  readonly shopUrl?: string;
  readonly spoil?: Spoil;
}

/** Starts a gateway over orders and a shop. */
async function serve(t: TestContext, { settings = {}, shop = {}, shopUrl, spoil }: Graph = {}) {
  const orders = Array.from({ length: 3 }, (_, index) => ({ id: index, user: { id: index % 2 }, item: { id: index } }));
  const find = (field: string) => ({
    __resolveReference: ({ id }: { id: string }) => ({ id, [field]: `${field} ${id}` }),
  });
  const url = await serveSubgraph(t, ORDERS, { Query: { orders: () => orders } });
  const itsUrl = shopUrl ?? (await serveSubgraph(t, SHOP, { User: find('name'), Item: find('title') }, spoil));
  const { logger } = recordLog();
  const generations = new Generations<GatewayServer>({
    secret: undefined,
    logger,
    telemetry: new Telemetry(logger, () => undefined),
    openPlanner: openInThread,
    openHandler: (foundation, before) => GatewayServer.open({ logger, isReady: () => true }, foundation, before),
  });
  t.after(() => generations.stop());
  const subgraphs = { orders: { sdl: ORDERS, url }, shop: { sdl: SHOP, url: itsUrl, settings: shop } };
  await generations.replace(supergraphOf(subgraphs, settings));
  const gateway = await serveHttp(t, generations.handle);
  return async (query = QUERY, headers: Record<string, string> = ASK) => {
    const given = { 'content-type': 'application/json', ...headers };
    const response = await fetch(gateway.url, { method: 'POST', headers: given, body: JSON.stringify({ query }) });
    const { data, errors, extensions } = (await response.json()) as Answer;
    return { data, errors, plan: extensions?.apolloQueryPlan, headers: response.headers };
  };
}

interface Answer {
  readonly data: unknown;
  readonly errors?: readonly unknown[];
  readonly extensions?: { readonly apolloQueryPlan: PlanReport };
}

/** Returns the plan of an answer, which has to have one. */
function planOf({ plan }: { readonly plan: PlanReport | undefined }): PlanReport {
  assert.ok(plan, 'no plan');
  return plan;
}

for (const [way, settings] of [
  ['the fast path', {}],
  ['Apollo Server', { headers: { request: [{ propagate: { named: 'x-tenant' } }] } }],
] as const) {
  test(`gives the plan and the timings of its calls to a client that asks, and to no other: ${way}`, async (t) => {
    const ask = await serve(t, { settings });
    const usual = await ask(QUERY, {});
    assert.equal(usual.plan, undefined);
    for (const query of [QUERY, QUERY, `query Other ${QUERY}`]) {
      const answer = await ask(query);
      assert.deepEqual(answer.data, usual.data);
      const { object, fetches, calls, planning, durationMs, summary, omitted } = planOf(answer);
      assert.equal(object.node?.kind, 'Sequence');
      assert.deepEqual(
        fetches.map(({ fetch, subgraph, entities }) => [fetch, subgraph, entities]),
        [
          [1, 'orders', undefined],
          [2, 'shop', 2],
          [3, 'shop', 3],
        ],
      );
      assert.deepEqual(
        calls.map((call) => [call.subgraph, call.fetches, call.entities, call.status]),
        [
          ['orders', [1], undefined, 200],
          ['shop', [2, 3], 5, 200],
        ],
      );
      for (const { startMs, durationMs: ms = Number.NaN, requestBytes, replyBytes = 0 } of calls) {
        assert.ok(startMs >= 0 && ms > 0 && startMs + ms <= durationMs && requestBytes > 60 && replyBytes > 20);
      }
      assert.equal(planning !== undefined, query !== QUERY, 'only what is new is planned');
      assert.equal(omitted, undefined);
      assert.match(summary, /^\w.* took [\d.]+ of [\d.]+ ms\b.*\.$/);
    }
    assert.equal((await ask(QUERY, { 'apollo-expose-query-plan': 'false' })).plan, undefined);
    assert.equal((await ask('{ nothing }')).plan, undefined, 'nothing was executed');
  });
}

test('gives no plan in production but to those who have the secret', async (t) => {
  const withSecret = await serve(t, { settings: { query_plans: { for_everyone: false, secret: SECRET } } });
  for (const value of ['true', 'a wrong secret, as long', `${SECRET} `.repeat(2), '']) {
    assert.equal((await withSecret(QUERY, { 'apollo-expose-query-plan': value })).plan, undefined, value);
  }
  assert.ok((await withSecret(QUERY, { 'apollo-expose-query-plan': SECRET })).plan);
  const without = await serve(t, { settings: { query_plans: { for_everyone: false } } });
  assert.equal((await without()).plan, undefined);
});

test('no cache keeps an answer with a plan', async (t) => {
  const rules = [{ propagate: { named: 'cache-control', default: 'max-age=60' } }];
  const ask = await serve(t, { settings: { headers: { response: rules } } });
  assert.equal((await ask(QUERY, {})).headers.get('cache-control'), 'max-age=60');
  assert.equal((await ask()).headers.get('cache-control'), 'no-store');
});

test('tells which calls are shared with other operations, or made for them too', async (t) => {
  const ask = await serve(t, { spoil: () => delay(50).then(() => false) });
  await ask(QUERY, {});
  const [first, second] = await Promise.all([ask(), ask()]);
  const calls = [planOf(first), planOf(second)].flatMap((plan) => plan.calls);
  assert.equal(calls.filter(({ subgraph, isShared }) => subgraph === 'orders' && isShared).length, 1);
  const joint = calls.filter(({ subgraph }) => subgraph === 'shop');
  assert.deepEqual(
    joint.map(({ fetches, others, entities }) => [fetches, others, entities]),
    [
      [[2, 3], 2, 5],
      [[2, 3], 2, 5],
    ],
  );
});

test('tells what came from the response cache', async (t) => {
  const cache = { enabled: true, subgraph: { subgraphs: { shop: { ttl: '1m' }, orders: { enabled: false } } } };
  const ask = await serve(t, { settings: { response_cache: cache } });
  const cold = planOf(await ask());
  assert.deepEqual(
    cold.fetches.map((fetch) => fetch.cache),
    [undefined, { miss: 2 }, { miss: 3 }],
  );
  const warm = planOf(await ask());
  assert.deepEqual(
    warm.fetches.map((fetch) => fetch.cache),
    [undefined, { hit: 2 }, { hit: 3 }],
  );
  assert.deepEqual(
    warm.calls.map(({ subgraph }) => subgraph),
    ['orders'],
  );
});

test('tells of each attempt of a call that is repeated', async (t) => {
  let calls = 0;
  const spoil = async (response: ServerResponse) => {
    calls += 1;
    if (calls === 1) response.writeHead(503).end();
    return calls === 1;
  };
  const retry = { max_attempts: 3, interval: '1ms', budget: 1 };
  const ask = await serve(t, { shop: { retry }, spoil });
  const { calls: made, summary } = planOf(await ask());
  assert.deepEqual(
    made.slice(1).map(({ fetches, attempt, status }) => [fetches, attempt, status]),
    [
      [[2, 3], undefined, 503],
      [[2, 3], 2, 200],
    ],
  );
  assert.match(summary, /; a call to shop was repeated once\.$/);
});

test('tells which fetches and calls failed', async (t) => {
  const ask = await serve(t, { shopUrl: urlOf(await freePort(t)) });
  const answer = await ask();
  assert.equal(answer.errors?.length, 6);
  const { fetches, calls, summary } = planOf(answer);
  assert.deepEqual(
    fetches.map(({ failure }) => failure),
    [undefined, 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE'],
  );
  assert.ok(fetches.every(({ durationMs }) => durationMs !== undefined));
  assert.deepEqual(
    calls.slice(1).map(({ failure, status }) => [failure, status]),
    [['ECONNREFUSED', undefined]],
  );
  assert.match(summary, /; shop failed with SUBGRAPH_UNAVAILABLE\.$/);
});

test('tells which fetch a circuit breaker refused', async (t) => {
  const circuit_breaker = { request_threshold: 1, error_threshold_percentage: 1 };
  const ask = await serve(t, { shop: { circuit_breaker }, shopUrl: urlOf(await freePort(t)) });
  await ask();
  const { calls, summary } = planOf(await ask());
  assert.deepEqual(
    calls.map(({ subgraph }) => subgraph),
    ['orders'],
  );
  assert.match(summary, /; shop was not called, because its circuit breaker is open\.$/);
});
