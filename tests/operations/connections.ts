import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ask, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { graph } from './graph.ts';

interface Connection {
  readonly edges: { readonly node: { readonly id: string }; readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const PAGE = '{ edges { node { id } cursor } pageInfo { hasNextPage endCursor } }';

describe('a connection', () => {
  let user: string;
  const orders: string[] = [];

  before(async () => {
    user = await createUser(graph.url, 'ada.connections@example.com');
    for (const amount of ['1', '2', '3']) orders.push(await createOrder(graph.url, user, amount));
  });

  for (const field of ['users', 'orders', 'products']) {
    test(`${field}Connection has the objects of ${field}`, async () => {
      const query = `{ list: ${field} { id } connection: ${field}Connection ${PAGE} }`;
      const { list, connection } = await get<{ list: { id: string }[]; connection: Connection }>(graph.url, query);
      assert.deepEqual(
        connection.edges.map(({ node }) => node),
        list,
      );
      assert.deepEqual(connection.pageInfo, {
        hasNextPage: false,
        endCursor: connection.edges.at(-1)?.cursor ?? null,
      });
    });
  }

  test("pages through a user's orders while one is added, from the user and from the root", async () => {
    const args = '(first: 2, after: $after';
    const query = `query ($id: ID!, $after: String) {
    user(id: $id) { ordersConnection${args}) ${PAGE} } ordersConnection${args}, userId: $id) ${PAGE}
  }`;
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const found: { user: { ordersConnection: Connection }; ordersConnection: Connection } = await get(
        graph.url,
        query,
        {
          id: user,
          after,
        },
      );
      assert.deepEqual(found.user.ordersConnection, found.ordersConnection);
      const { edges, pageInfo } = found.ordersConnection;
      seen.push(...edges.map(({ node }) => node.id));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
      if (orders.length === 3) orders.push(await createOrder(graph.url, user, '4'));
    }
    assert.deepEqual(seen, orders);
  });

  const OF_USERS = Buffer.from('UserConnection:1').toString('base64url');

  for (const [args, message] of [
    ['first: 0', 'first: 0 must be from 1 to 100'],
    ['first: 101', 'first: 101 must be from 1 to 100'],
    ['after: "1"', 'after: "1" must be a cursor of an OrderConnection, as this graph gave it'],
    [`after: "${OF_USERS}"`, `after: "${OF_USERS}" must be a cursor of an OrderConnection, as this graph gave it`],
  ]) {
    test(`rejects ${args} of a connection`, async () => {
      const answer = await ask(graph.url, `{ ordersConnection(${args}) { edges { cursor } } }`);
      assert.deepEqual(errorsOf(answer), [`BAD_USER_INPUT at ordersConnection: ${message}`]);
    });
  }

  test('counts each object that the page of a connection may have', async () => {
    const inner = '{ edges { node { user { ordersConnection(first: 100) { edges { node { id } } } } } } }';
    const costs = (first: number) => ask(graph.url, `{ ordersConnection(first: ${first}) ${inner} }`);
    assert.equal((await costs(10)).errors, undefined);
    assert.match(errorsOf(await costs(100)).join(), /^OPERATION_LIMIT_EXCEEDED: .*cost/);
  });
});
