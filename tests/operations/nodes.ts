import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ask, createOrder, createProduct, createUser, errorsOf, get } from '../harness/client.ts';
import { graph } from './graph.ts';

const NODE = 'query ($id: ID!) { node(id: $id) { __typename nodeId ... on User { name } ... on Order { amount } } }';
const SELECTIONS = ['nodeId', '__typename', '... on User { id } ... on Order { id } ... on Product { id }'];

/** Returns an id as the graph makes it. */
const nodeIdOf = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64url');

describe('node', () => {
  let user: string;
  let order: string;
  let product: string;

  before(async () => {
    user = await createUser(graph.url, 'ada.nodes@example.com');
    order = await createOrder(graph.url, user, '5.00');
    product = await createProduct(graph.url, 5);
  });

  test('finds the object of each type by the nodeId that the graph gives it', async () => {
    const query = `{ user(id: ${user}) { nodeId } order(id: ${order}) { nodeId } product(id: ${product}) { nodeId } }`;
    const given = await get<Record<'user' | 'order' | 'product', { nodeId: string }>>(graph.url, query);
    const found = Object.values(given).map(({ nodeId }) => get(graph.url, NODE, { id: nodeId }));
    assert.deepEqual(await Promise.all(found), [
      { node: { __typename: 'User', nodeId: given.user.nodeId, name: 'Ada Lovelace' } },
      { node: { __typename: 'Order', nodeId: given.order.nodeId, amount: '5.00' } },
      { node: { __typename: 'Product', nodeId: given.product.nodeId } },
    ]);
  });

  test('gives an object one nodeId, whichever subgraph makes it', async () => {
    const query = `{ user(id: ${user}) { nodeId orders { nodeId user { nodeId } } } }`;
    const { user: found } = await get<{ user: { nodeId: string; orders: unknown[] } }>(graph.url, query);
    assert.deepEqual(found.orders, [{ nodeId: nodeIdOf('Order', order), user: { nodeId: found.nodeId } }]);
  });

  for (const type of ['User', 'Order', 'Product']) {
    test(`returns null for the nodeId of an unknown ${type}, whatever is selected`, async () => {
      for (const selection of SELECTIONS) {
        const query = `query ($id: ID!) { node(id: $id) { ${selection} } }`;
        assert.deepEqual(await get(graph.url, query, { id: nodeIdOf(type, '999999') }), { node: null });
      }
    });
  }

  for (const id of ['1', 'User:1', nodeIdOf('Shelf', '1'), nodeIdOf('User', 'x'), nodeIdOf('OrderConnection', '1')]) {
    test(`rejects ${id} as a nodeId`, async () => {
      const answer = await ask(graph.url, NODE, { id });
      const rule = 'must be the nodeId of an object, as this graph gave it';
      assert.deepEqual(
        [answer.data, errorsOf(answer)],
        [{ node: null }, [`BAD_USER_INPUT at node: id: "${id}" ${rule}`]],
      );
    });
  }

  test('asks each subgraph once which of its objects exist', async () => {
    const ids = [...Array(19).keys()].map((index) => nodeIdOf(index % 2 ? 'User' : 'Product', String(999_000 + index)));
    const fields = [nodeIdOf('User', user), ...ids].map((id, index) => `n${index}: node(id: "${id}") { __typename }`);
    for (const proxy of [graph.verificationProxy, graph.stockProxy]) proxy.calls.length = 0;
    const nodes = Object.values(await get<Record<string, unknown>>(graph.url, `{ ${fields.join(' ')} }`));
    assert.deepEqual(nodes.filter(Boolean), [{ __typename: 'User' }]);
    assert.deepEqual([graph.verificationProxy.calls.length, graph.stockProxy.calls.length], [1, 1]);
  });

  test('returns null and an error for a node whose owner is down, and the others', async (t) => {
    graph.verificationProxy.behaviour = 'reset';
    t.after(() => {
      graph.verificationProxy.behaviour = 'pass';
    });
    const query = 'query ($down: ID!, $up: ID!) { down: node(id: $down) { nodeId } up: node(id: $up) { __typename } }';
    const answer = await ask(graph.url, query, { down: nodeIdOf('User', user), up: nodeIdOf('Order', order) });
    assert.deepEqual(answer.data, { down: null, up: { __typename: 'Order' } });
    assert.deepEqual(errorsOf(answer), ['SUBGRAPH_UNAVAILABLE at down: Subgraph "users" is unavailable']);
  });
});
