import type { FloorSubgraph } from './subgraph.ts';

/** Subgraphs that the three operations need. */
export interface Shop {
  readonly users: FloorSubgraph;
  readonly orders: FloorSubgraph;
}

interface User {
  id: string;
  name: string;
  email: string;
}

interface Order {
  id: string;
  amount: string;
  status: string;
  user: { id: string } | User | null;
}

const ORDERS = JSON.stringify('query($after:ID){orders(first:20,after:$after){id amount status user{id}}}');
const USER = JSON.stringify('query($id:ID!){user(id:$id){id name email}}');
const CREATE = JSON.stringify(
  'mutation($userId:ID!,$amount:Money!){createOrder(userId:$userId,amount:$amount){id amount status user{id}}}',
);
const USERS_BY_KEY = JSON.stringify(
  'query($representations:[_Any!]!){_entities(representations:$representations){... on User{id name email}}}',
);
const ORDERS_OF_USER = JSON.stringify(
  'query($representations:[_Any!]!){_entities(representations:$representations){... on User{orders(first:20){id amount status}}}}',
);

/** The minimum work of a gateway for each operation, by name. */
export const routes: Record<string, (shop: Shop, variables: Record<string, unknown>) => Promise<unknown>> = {
  async Page({ users, orders }, { after }) {
    const page = await orders.ask<{ orders: Order[] }>(ORDERS, { after });
    await addUsers(users, page.orders);
    return page;
  },

  async User({ users, orders }, { id }) {
    const { user } = await users.ask<{ user: User | null }>(USER, { id });
    if (user === null) return { user };
    const representations = [{ __typename: 'User', id: user.id }];
    const { _entities } = await orders.ask<{ _entities: [{ orders: Order[] }] }>(ORDERS_OF_USER, { representations });
    return { user: { id: user.id, name: user.name, email: user.email, orders: _entities[0].orders } };
  },

  async Create({ users, orders }, { userId, amount }) {
    const created = await orders.ask<{ createOrder: Order }>(CREATE, { userId, amount });
    await addUsers(users, [created.createOrder]);
    return created;
  },
};

/** Puts each order's user in its place, with one call and one representation per user. */
async function addUsers(users: FloorSubgraph, orders: readonly Order[]): Promise<void> {
  const ids = [...new Set(orders.flatMap(({ user }) => (user ? [user.id] : [])))];
  const representations = ids.map((id) => ({ __typename: 'User', id }));
  const { _entities } = await users.ask<{ _entities: (User | null)[] }>(USERS_BY_KEY, { representations });
  const byId = new Map(ids.map((id, index) => [id, _entities[index] ?? null]));
  for (const order of orders) if (order.user) order.user = byId.get(order.user.id) ?? null;
}
