import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { CompiledOperation } from '../../operations/compiled-operation.ts';
import { Federation, NO_LIMITS } from '../../operations/testing/federation.ts';
import type { Random } from '../../operations/testing/random.ts';
import { DocumentTypeReader } from '../../subgraphs/caching/document-types.ts';
import { cache } from '../../subgraphs/caching/response-cache.ts';
import type { Store } from '../../subgraphs/caching/store.ts';
import { NO_CONTEXT } from '../../subgraphs/call-context.ts';
import type { Call } from '../../subgraphs/call-step.ts';
import { CachedWorld, IDS, LIFETIME_MS } from './cached-world.ts';

const QUERIES: readonly (readonly [text: string, isOfOne: boolean])[] = [
  ['{ products { name stars } }', false],
  ['query($id: ID!) { product(id: $id) { name stars } }', true],
  ['query($id: ID!) { product(id: $id) { id stars next { name stars next { stars } } } }', true],
  ['query($id: ID!) { me(id: $id) { secret favourite { name stars } } }', true],
];

const MUTATIONS: readonly (readonly [text: string, field: 'name' | 'stars'])[] = [
  ['mutation($id: ID!) { rename(id: $id) { id name stars } }', 'name'],
  ['mutation($id: ID!) { rename(id: $id) { name } }', 'name'],
  ['mutation($id: ID!) { touch(id: $id) }', 'name'],
  ['mutation($id: ID!) { review(product: $id) }', 'stars'],
  ['mutation { renameAny { name } }', 'name'],
];

class Subgraphs extends Federation {
  ask(request: FetchRequest): Promise<GraphQLAnswer> {
    return this.answer(request.constants.subgraph, JSON.parse(request.toBody()));
  }
}

/** The cached calls of one gateway, by subgraph. */
type Gateway = ReadonlyMap<string, Call<GraphQLAnswer>>;

/** Gateways that cache the answers of the same subgraphs. Each answer is checked against what it may be. */
export class CachedGateways {
  readonly world = new CachedWorld();
  calls = 0;
  fetches = 0;
  readonly #random: Random;
  readonly #gateways: readonly Gateway[];
  readonly #federation: Subgraphs;
  readonly #compiled = new Map<string, CompiledOperation>();
  /** Effect and result of the next mutation. */
  #mutate: () => unknown = () => true;

  /** @param openStore returns the store of each gateway */
  constructor(random: Random, count: number, openStore: (world: CachedWorld) => Store) {
    this.#random = random;
    this.#federation = this.#subgraphs();
    const { supergraphSchema, directives } = this.#federation.planner;
    const types = new DocumentTypeReader(supergraphSchema, directives.entityKeys);
    const settings = { privateId: { claim: 'sub' } };
    this.#gateways = Array.from({ length: count }, () => {
      const store = openStore(this.world);
      const steps = [...LIFETIME_MS.keys()].map((origin): [string, Call<GraphQLAnswer>] => [
        origin,
        cache({ store, settings, origin, types, keepsHeads: false })((request) => this.#answer(request)),
      ]);
      return new Map(steps);
    });
  }

  /** Sends operations, some of them together, while values change and time passes. */
  async run(operations: number): Promise<void> {
    const random = this.#random;
    const underWay = new Set<Promise<void>>();
    for (let sent = 0; sent < operations; sent++) {
      this.world.nowMs += random.integer(0, 100);
      if (random.chance(0.05)) this.world.change(random.pick(IDS), random.pick(['name', 'stars'] as const)); // past them
      if (random.chance(0.1)) {
        await Promise.all(underWay);
        const running = this.#mutation();
        for (let beside = random.integer(0, 3); beside > 0; beside--) underWay.add(this.#query());
        await running;
      } else underWay.add(this.#query());
      if (underWay.size > 8) {
        await Promise.all(underWay);
        underWay.clear();
      }
    }
    await Promise.all(underWay);
  }

  async #query(): Promise<void> {
    const { world } = this;
    const id = this.#random.pick(IDS);
    const begin = { beganAt: world.nowMs, order: world.tick() };
    const [text, isOfOne] = this.#random.pick(QUERIES);
    const data = await this.#send(text, isOfOne ? { id } : {}, id);
    world.check(data, begin);
    if (text.includes('secret')) assert.match(JSON.stringify(data), new RegExp(`"secret of ${id}"`));
  }

  async #mutation(): Promise<void> {
    const { world } = this;
    const id = this.#random.pick(IDS);
    const [text, field] = this.#random.pick(MUTATIONS);
    let end = () => {};
    this.#mutate = () => {
      end = world.change(id, field);
      return text.includes('rename') ? world.products.find((one) => one.id === id) : true;
    };
    world.checkNow(await this.#send(text, { id }, id));
    world.tick();
    end();
  }

  /** Sends an operation through one of the gateways. */
  async #send(query: string, variables: Record<string, unknown>, sub: string) {
    const gateway = this.#random.pick(this.#gateways);
    let operation = this.#compiled.get(query);
    operation ??= await this.#federation.compile(query);
    this.#compiled.set(query, operation);
    const context = { ...NO_CONTEXT, operation: { isMutation: operation.isMutation, claims: { sub }, headers: {} } };
    const call = (request: FetchRequest) => {
      const step = gateway.get(request.constants.subgraph);
      assert.ok(step);
      this.fetches += 1;
      return step(request, context);
    };
    const { data, errors } = await operation.execute({ variables, call, limits: NO_LIMITS });
    assert.equal(errors, undefined);
    return data;
  }

  async #answer(request: FetchRequest): Promise<GraphQLAnswer> {
    this.calls += 1;
    const { subgraph } = request.constants;
    await this.#pause();
    const answer = await this.#federation.ask(request);
    await this.#pause();
    const seconds = (LIFETIME_MS.get(subgraph) ?? 0) / 1000;
    const maxAge = subgraph === 'products' ? `max-age=${seconds - 1}, stale-while-revalidate=1` : `max-age=${seconds}`;
    const scope = subgraph === 'users' ? 'private, ' : '';
    return { ...answer, head: { status: 200, headers: { 'cache-control': `${scope}${maxAge}` } } };
  }

  async #pause(): Promise<void> {
    for (let left = this.#random.integer(0, 3); left > 0; left--) await turn();
  }

  #subgraphs(): Subgraphs {
    const { products, users } = this.world;
    const mutate = () => this.#mutate();
    return new Subgraphs({
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
      data: { Product: products, User: users },
      resolvers: {
        Query: {
          products: () => products,
          product: (_, { id }) => products.find((one) => one.id === id),
          me: (_, { id }) => users.find((one) => one.id === id),
        },
        Mutation: { rename: mutate, renameAny: mutate, touch: mutate, review: mutate },
        Product: { next: ({ id }) => products[Number(id) % IDS.length] },
        User: { favourite: ({ id }) => ({ id }) },
      },
    });
  }
}
