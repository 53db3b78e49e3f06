import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { parse } from 'graphql';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';
import { leastCalls } from './testing/least-calls.ts';

const USERS = [0, 1, 2].map((id) => ({ __typename: 'User', id: `user ${id}`, name: `name ${id}`, email: `${id}@a` }));
const PRODUCTS = [0, 1, 2].map((id) => ({
  __typename: 'Product',
  id: `product ${id}`,
  name: `product ${id}`,
  price: id,
  weight: 2,
  inStock: id > 0,
}));
const REVIEWS = [0, 1, 2, 3].map((id) => ({
  __typename: 'Review',
  id: `review ${id}`,
  body: `body ${id}`,
  user: id % 3,
  product: (id * 2) % 3,
}));

// The public benchmark of GraphQL gateways has these four subgraphs.
const shop = new Federation({
  subgraphs: {
    accounts: `type Query { users: [User] me: User } type Mutation { rename: User }
      type User @key(fields: "id") { id: ID! name: String email: String }`,
    products: `type Query { products(first: Int): [Product] product(id: ID!): Product } type Mutation { reprice: Product }
      type Product @key(fields: "id") { id: ID! name: String price: Int weight: Int }`,
    inventory: `type Product @key(fields: "id") {
        id: ID! price: Int @external weight: Int @external inStock(at: Int): Boolean shipping: Int @requires(fields: "price weight") }`,
    reviews: `type Review @key(fields: "id") { id: ID! body: String author: User product: Product }
      type User @key(fields: "id") { id: ID! reviews(first: Int): [Review] }
      type Product @key(fields: "id") { id: ID! reviews(first: Int): [Review] }`,
  },
  data: { User: USERS, Product: PRODUCTS, Review: REVIEWS },
  resolvers: {
    Query: { users: () => USERS, me: () => USERS[0], products: () => PRODUCTS, product: () => PRODUCTS[1] },
    Mutation: { rename: () => USERS[0], reprice: () => PRODUCTS[0] },
    User: { reviews: (user) => REVIEWS.filter((review) => USERS[review.user]?.id === user.id) },
    Product: {
      reviews: (product) => REVIEWS.filter((review) => PRODUCTS[review.product]?.id === product.id),
      shipping: ({ price, weight }) => Number(price) * Number(weight),
    },
    Review: {
      author: (review) => USERS.find((_, index) => index === review.user),
      product: (review) => PRODUCTS.find((_, index) => index === review.product),
    },
  },
});

const USER = 'id name email';
const REVIEW = 'id body';
const PRODUCT = 'id name price weight inStock shipping';
const BENCHMARK = `{
  users { ${USER} reviews { ${REVIEW} product { ${PRODUCT} reviews { ${REVIEW} author { ${USER} reviews { ${REVIEW} product { ${PRODUCT} } } } } } } }
  products(first: 5) { ${PRODUCT} reviews { ${REVIEW} author { ${USER} reviews { ${REVIEW} product { ${PRODUCT} } } } } }
}`;

/** Queries, and the number of their calls. */
const QUERIES: Readonly<Record<string, number>> = {
  [BENCHMARK]: 6,
  '{ users { name } }': 1,
  '{ users { name reviews { body } } }': 2,
  '{ users { reviews { body product { name } } } }': 3,
  '{ products { inStock } }': 2,
  '{ products { inStock reviews { body } } }': 3,
  '{ users { reviews { body } } products { reviews { id } } }': 3,
  '{ users { reviews { body } } me { reviews { id } } product(id: 1) { reviews { id } } }': 3,
  '{ users { reviews { product { inStock } } } products { inStock } }': 4,
  '{ users { reviews { product { shipping } } } products { shipping } }': 5,
  '{ users { reviews { product { inStock shipping } } } }': 4,
  '{ users { reviews { product { inStock shipping name } } } products { inStock } }': 5,
  '{ users { reviews { author { name } product { name } } } products { reviews { author { email } } } }': 5,
  '{ products { reviews { author { name } product { name price inStock } } } }': 5,
  '{ a: users { reviews(first: 1) { body } } b: users { reviews(first: 2) { id product { name } } } }': 3,
  'query ($no: Boolean = false) { users { reviews { body } } products @include(if: $no) { reviews { id } } }': 2,
  'query ($yes: Boolean = true) { users { reviews { body } } products @include(if: $yes) { reviews { id } } }': 3,
  'query ($at: Int = 1) { products { inStock(at: $at) reviews { product { inStock(at: $at) shipping } } } }': 4,
  'mutation { rename { reviews { product { name inStock } } } }': 4,
  'mutation { rename { reviews { body } } reprice { reviews { body } } }': 4,
  'mutation { rename { reviews { product { inStock shipping } author { email } } } reprice { inStock } }': 7,
};

describe('calls', () => {
  // No fetch stops waiting for the others because this process is slow.
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  for (const [query, calls] of Object.entries(QUERIES)) {
    test(`are as few as the dependencies allow: ${calls} for ${query.replaceAll(/\s+/g, ' ')}`, async () => {
      const { queryPlan } = await shop.planner.plan({ document: parse(query) });
      assert.ok(queryPlan.node && queryPlan.node.kind !== 'Subscription');
      await assertSame(shop, query);
      assert.equal(shop.calls.length, calls);
      const isSkipped = query.includes('$no');
      assert.equal(leastCalls(queryPlan.node), calls + (isSkipped ? 1 : 0));
    });
  }
});

describe('a fetch', () => {
  afterEach(() => {
    shop.tamper = (answer) => answer;
    shop.mergesFetches = true;
  });

  test('is a call of its own if the setting is off', async () => {
    shop.mergesFetches = false;
    await assertSame(shop, BENCHMARK);
    assert.ok(shop.calls.length > 9, `${shop.calls.length} calls`);
  });

  test('is made without those that are not possible', async () => {
    shop.tamper = (answer, { subgraph }) => {
      if (subgraph === 'products') throw new Error('products is down');
      return answer;
    };
    const { data, errors } = await shop.execute('{ users { reviews { product { inStock shipping } } } }');
    const users = JSON.stringify(data?.users);
    assert.ok(users.includes('{"inStock":true,"shipping":null}'), users);
    assert.ok(errors?.every(({ message }) => message === 'products is down'));
    assert.deepEqual(
      shop.calls.map(({ subgraph, query }) => [subgraph, query.includes('_e1')]),
      [
        ['accounts', false],
        ['reviews', false],
        ['products', false],
        ['inventory', false],
      ],
    );
  });

  test('does not wait long for another whose subgraph is slow', async () => {
    const { promise: isMade, resolve: make } = Promise.withResolvers<void>();
    shop.tamper = async (answer, { subgraph, query }) => {
      if (subgraph === 'products' && query.includes('products')) await isMade; // until the other fetch of reviews is made
      if (subgraph === 'reviews') make();
      return answer;
    };
    await assertSame(shop, '{ users { reviews { body } } products { reviews { id } } }');
    assert.equal(shop.calls.length, 4);
  });

  test('is not made for a client that left while it waited', async () => {
    const leaving = new AbortController();
    shop.signal = leaving.signal;
    const { promise: hasLeft, resolve: leave } = Promise.withResolvers<void>();
    shop.tamper = async (answer, { subgraph }) => {
      if (subgraph === 'products') await hasLeft;
      else setImmediate(() => leaving.abort());
      return answer;
    };
    const answer = shop.execute('{ users { reviews { body } } products { reviews { id } } }');
    leaving.signal.addEventListener('abort', () => leave());
    await answer.finally(() => (shop.signal = undefined));
    assert.deepEqual(
      shop.calls.map(({ subgraph }) => subgraph),
      ['accounts', 'products'],
    );
  });
});
