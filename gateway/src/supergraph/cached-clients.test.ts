import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { GuardedFederation } from '../operations/authorization/testing/guarded-federation.ts';
import { Federation, NO_LIMITS } from '../operations/testing/federation.ts';
import { Random } from '../operations/testing/random.ts';
import { DocumentTypeReader } from '../subgraphs/caching/document-types.ts';
import { MemoryStore } from '../subgraphs/caching/memory-store.ts';
import { cache } from '../subgraphs/caching/response-cache.ts';
import { type CallContext, NO_CONTEXT } from '../subgraphs/call-context.ts';
import { RequestHeaderRules } from '../subgraphs/headers/request-header-rules.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 1);
const CLIENTS = process.env.FAULTS === 'full' ? 20_000 : 600;

const USERS = [1, 2].map((id) => ({ __typename: 'User', id: `${id}`, name: 'a', email: 'b', card: 'c', plan: 'd' }));
const SUBGRAPHS = {
  users: `type Query { users: [User!]! user(id: ID!): User secret: String @authenticated }
    type User @key(fields: "id") { id: ID! name: String email: String @requiresScopes(scopes: [["email"]]) plan: String }`,
  cards: `type User @key(fields: "id") { id: ID! card: String @policy(policies: [["adult"]])
    plan: String @override(from: "users", label: "beta") }`,
};
const QUERIES = [
  '{ users { name plan } }',
  '{ users { id name email card plan } secret }',
  '{ user(id: 1) { email card } }',
  '{ user(id: 2) { plan card } secret }',
];
const RULES = [
  [],
  [{ propagate: { named: 'x-tenant' } }],
  [{ insert: { name: 'x-user', claim: 'sub' } }, { propagate: { matching: '^x-ten' } }],
] as const;

/** Subgraphs whose texts say which of them gave them, and to whom. */
class TellingSubgraphs extends Federation {
  async ask(request: FetchRequest, { headers }: CallContext): Promise<GraphQLAnswer> {
    const { subgraph } = request.constants;
    const answer = await this.answer(subgraph, JSON.parse(request.toBody()));
    const mark = JSON.stringify(`${subgraph} to ${headers.identity}`).slice(1, -1);
    const data = JSON.parse(JSON.stringify(answer.data).replaceAll(/"([a-d])"/g, `"$1 of ${mark}"`));
    return { ...answer, data, head: { status: 200, headers: { 'cache-control': 'max-age=60' } } };
  }
}

test('clients with other headers, claims, policies and labels get what they would get without a cache', async () => {
  const random = new Random(SEED);
  const resolvers = {
    Query: {
      users: () => USERS,
      user: (_: unknown, { id }: { id?: unknown }) => USERS[Number(id) - 1],
      secret: () => 'a',
    },
  };
  const federation = new TellingSubgraphs({ subgraphs: SUBGRAPHS, data: { User: USERS }, resolvers });
  const graph = new GuardedFederation({
    federation,
    hooks: {
      policies: (_, { headers }) => ({ adult: headers['x-adult'] === 'yes' }),
      labels: (_, { headers }) => ({ beta: headers['x-beta'] === 'yes' }),
    },
  });
  const { supergraphSchema, directives } = federation.planner;
  const types = new DocumentTypeReader(supergraphSchema, directives.entityKeys);
  const store = new MemoryStore(1_000_000, () => 0);
  const steps = new Map(
    Object.keys(SUBGRAPHS).map((origin) => {
      const step = cache({ store, settings: {}, origin, types, keepsHeads: false });
      return [origin, step((request, context) => federation.ask(request, context))];
    }),
  );
  let [fetches, calls] = [0, 0];
  for (let sent = 0; sent < CLIENTS; sent++) {
    const given = ['x-adult', 'x-beta', 'x-tenant'].map((name) => [name, random.pick(['yes', 'no'])]);
    const headers = Object.fromEntries(given);
    const claims = random.chance(0.7)
      ? { sub: random.pick(['ada', 'bob']), scope: random.pick(['email', '']) }
      : undefined;
    const forwarded = new RequestHeaderRules(random.pick(RULES)).apply({ headers, claims });
    const context = { ...NO_CONTEXT, headers: forwarded, operation: { isMutation: false, claims, headers } };
    const operation = await graph.compile(random.pick(QUERIES), { claims, headers });
    const run = (call: (request: FetchRequest) => Promise<GraphQLAnswer>) =>
      operation.execute({ call, limits: NO_LIMITS }).then((result) => JSON.stringify(result));
    const expected = await run((request) => federation.ask(request, context));
    federation.calls = [];
    const cached = await run(async (request) => {
      fetches += 1;
      const step = steps.get(request.constants.subgraph);
      assert.ok(step);
      return step(request, context);
    });
    calls += federation.calls.length;
    assert.equal(cached, expected);
  }
  assert.ok(calls > 20 && calls < fetches / 3, `${calls} calls for ${fetches} fetches`);
});
