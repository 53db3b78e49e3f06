import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CompiledOperation } from '../operations/compiled-operation.ts';
import { Federation, NO_LIMITS } from '../operations/testing/federation.ts';
import { Random } from '../operations/testing/random.ts';
import { DocumentTypeReader } from '../subgraphs/caching/document-types.ts';
import { MemoryStore } from '../subgraphs/caching/memory-store.ts';
import { cache } from '../subgraphs/caching/response-cache.ts';
import { NO_CONTEXT } from '../subgraphs/call-context.ts';
import type { Call } from '../subgraphs/call-step.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 1);
const OPERATIONS = process.env.FAULTS === 'full' ? 30_000 : 1500;

/** Time for which an answer of each subgraph may be used. That of products is stale in its last second. */
const LIFETIME_MS = new Map([
  ['products', 2000],
  ['reviews', 1000],
  ['users', 5000],
]);
const IDS = ['1', '2', '3', '4', '5', '6'];

/** A value of one field of one object, and when it was there. */
interface Version {
  readonly from: number;
  /** End of the last moment at which somebody might still be given it. */
  until: number;
}

/** The state behind the subgraphs. Each value says what it is of, and is there once. */
class World {
  nowMs = 0;
  readonly products = IDS.map((id) => ({ __typename: 'Product', id, name: '', stars: '' }));
  readonly users = IDS.map((id) => ({ __typename: 'User', id, secret: '' }));
  readonly #versions = new Map<string, Version>();
  #count = 0;

  constructor() {
    for (const { id } of this.products) for (const field of ['name', 'stars'] as const) this.change(id, field);
    for (const user of this.users) user.secret = `secret of ${user.id}`;
  }

  /** Writes a new value. @returns a function that notes that no client may be given the old one any more */
  change(id: string, field: 'name' | 'stars'): () => void {
    const product = this.products.find((one) => one.id === id);
    assert.ok(product);
    const old = this.#versions.get(product[field]);
    const lifetimeMs = LIFETIME_MS.get(field === 'name' ? 'products' : 'reviews') ?? 0;
    if (old) old.until = this.nowMs + lifetimeMs;
    this.#count += 1;
    product[field] = `${field} of ${id}: ${this.#count}`;
    this.#versions.set(product[field], { from: this.nowMs, until: Number.POSITIVE_INFINITY });
    return () => {
      if (old) old.until = Math.min(old.until, this.#order);
    };
  }

  /** Order of events: begins of queries, and ends of mutations. Below zero, so that it is before any time. */
  #order = -1e9;

  tick(): number {
    this.#order += 1;
    return this.#order;
  }

  /** Asserts that a value may be given to a request that began so. */
  check(value: unknown, { beganAt, order }: { readonly beganAt: number; readonly order: number }): void {
    const version = this.#versions.get(String(value));
    assert.ok(version, `nobody wrote ${value}`);
    const { until } = version;
    if (until < 0) assert.ok(until > order, `${value} was changed by a mutation that ended before the query began`);
    else assert.ok(beganAt < until, `${value} is ${beganAt - until} ms too old`);
  }
}

const world = new World();

/** Effect and result of the next mutation. */
let mutate: () => unknown = () => true;

class Subgraphs extends Federation {
  ask(request: FetchRequest): Promise<GraphQLAnswer> {
    return this.answer(request.constants.subgraph, JSON.parse(request.toBody()));
  }
}

const federation = new Subgraphs({
  subgraphs: {
    products: `
      type Query { products: [Product!]! product(id: ID!): Product }
      type Mutation { rename(id: ID!): Product renameAny: Product touch(id: ID!): Boolean }
      type Product @key(fields: "id") { id: ID! name: String next: Product }`,
    reviews: `
      type Mutation { review(product: ID!): Boolean }
      type Product @key(fields: "id") { id: ID! stars: String }`,
    users: `
      type Query { me(id: ID!): User }
      type User @key(fields: "id") { id: ID! secret: String favourite: Product }
      type Product @key(fields: "id", resolvable: false) { id: ID! }`,
  },
  data: { Product: world.products, User: world.users },
  resolvers: {
    Query: {
      products: () => world.products,
      product: (_, { id }) => world.products.find((one) => one.id === id),
      me: (_, { id }) => world.users.find((one) => one.id === id),
    },
    Mutation: { rename: () => mutate(), renameAny: () => mutate(), touch: () => mutate(), review: () => mutate() },
    Product: { next: ({ id }) => world.products[Number(id) % IDS.length] },
    User: { favourite: ({ id }) => ({ id }) },
  },
});

test('no answer is older than its lifetime, belongs to another client, or comes from before a mutation that has ended', async () => {
  const random = new Random(SEED);
  const pause = async () => {
    for (let left = random.integer(0, 3); left > 0; left--) await turn();
  };
  const stores = new MemoryStore(200_000, () => world.nowMs);
  const { planner } = federation;
  const types = new DocumentTypeReader(planner.supergraphSchema, planner.directives.entityKeys);
  let calls = 0;
  let fetches = 0;
  const subgraph = async (request: FetchRequest): Promise<GraphQLAnswer> => {
    calls += 1;
    const { subgraph: name } = request.constants;
    await pause();
    const answer = await federation.ask(request);
    await pause();
    const seconds = (LIFETIME_MS.get(name) ?? 0) / 1000;
    const maxAge = name === 'products' ? `max-age=${seconds - 1}, stale-while-revalidate=1` : `max-age=${seconds}`;
    const scope = name === 'users' ? 'private, ' : '';
    return {
      ...answer,
      head: { status: 200, headers: { 'cache-control': `${scope}${maxAge}` } },
    };
  };
  const steps = new Map(
    [...LIFETIME_MS.keys()].map((origin): [string, Call<GraphQLAnswer>] => [
      origin,
      cache({ store: stores, settings: { privateId: { claim: 'sub' } }, origin, types, keepsHeads: false })(subgraph),
    ]),
  );
  const compiled = new Map<string, CompiledOperation>();
  const send = async (query: string, variables: Record<string, unknown>, sub: string) => {
    let operation = compiled.get(query);
    operation ??= await federation.compile(query);
    compiled.set(query, operation);
    const context = { ...NO_CONTEXT, operation: { isMutation: operation.isMutation, claims: { sub }, headers: {} } };
    const call = (request: FetchRequest) => {
      const step = steps.get(request.constants.subgraph);
      assert.ok(step);
      fetches += 1;
      return step(request, context);
    };
    const { data, errors } = await operation.execute({ variables, call, limits: NO_LIMITS });
    assert.equal(errors, undefined);
    return data;
  };

  const check = (value: unknown, moment: { readonly beganAt: number; readonly order: number }): void => {
    if (typeof value === 'string' && /^(name|stars) of/.test(value)) world.check(value, moment);
    else if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value)) check(inner, moment);
  };

  const query = async () => {
    const id = random.pick(IDS);
    const moment = { beganAt: world.nowMs, order: world.tick() };
    const [text, variables] = random.pick<readonly [string, object]>([
      ['{ products { name stars } }', {}],
      ['query($id: ID!) { product(id: $id) { name stars } }', { id }],
      ['query($id: ID!) { product(id: $id) { id stars next { name stars next { stars } } } }', { id }],
      ['query($id: ID!) { me(id: $id) { secret favourite { name stars } } }', { id }],
    ]);
    const data = await send(text, { ...variables }, id);
    check(data, moment);
    if (text.includes('secret')) assert.match(JSON.stringify(data), new RegExp(`"secret of ${id}"`));
  };

  const mutation = async () => {
    const id = random.pick(IDS);
    const [text, field] = random.pick<readonly [string, 'name' | 'stars']>([
      ['mutation($id: ID!) { rename(id: $id) { id name stars } }', 'name'],
      ['mutation($id: ID!) { rename(id: $id) { name } }', 'name'],
      ['mutation($id: ID!) { touch(id: $id) }', 'name'],
      ['mutation($id: ID!) { review(product: $id) }', 'stars'],
      ['mutation { renameAny { name } }', 'name'],
    ]);
    let end = () => {};
    mutate = () => {
      end = world.change(id, field);
      return text.includes('rename') ? world.products.find((one) => one.id === id) : true;
    };
    await send(text, { id }, id);
    world.tick();
    end();
  };

  const underWay = new Set<Promise<void>>();
  for (let sent = 0; sent < OPERATIONS; sent++) {
    world.nowMs += random.integer(0, 100);
    if (random.chance(0.05)) world.change(random.pick(IDS), random.pick(['name', 'stars'] as const)); // past the gateway
    if (random.chance(0.1)) {
      await Promise.all(underWay);
      const running = mutation();
      for (let beside = random.integer(0, 3); beside > 0; beside--) underWay.add(query());
      await running;
    } else underWay.add(query());
    if (underWay.size > 8) {
      await Promise.all(underWay);
      underWay.clear();
    }
  }
  await Promise.all(underWay);
  assert.ok(calls < fetches * 0.8, `${calls} calls for ${fetches} fetches`);
});
