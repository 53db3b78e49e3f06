import { GraphQLError } from 'graphql';
import type { Generated, Selectable } from 'kysely';
import { openDatabase } from './database.ts';
import { DateTime, Money } from './scalars.ts';
import { serveStock } from './serve.ts';

// The stock orders subgraph: PORT DATABASE USERS_URL.

interface OrdersTable {
  id: Generated<number>;
  userId: number;
  amount: number;
  status: string;
  createdAt: string;
}
type Order = Selectable<OrdersTable>;
type Page = { first: number; after?: string };

const [port = '', path = '', usersUrl = ''] = process.argv.slice(2);
const db = openDatabase<{ orders: OrdersTable }>(path);
await db.schema
  .createTable('orders')
  .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
  .addColumn('userId', 'integer', (column) => column.notNull())
  .addColumn('amount', 'integer', (column) => column.notNull())
  .addColumn('status', 'text', (column) => column.notNull())
  .addColumn('createdAt', 'text', (column) => column.notNull())
  .execute();
await db.schema.createIndex('ordersOfUser').on('orders').columns(['userId', 'id']).execute();

function listOrders({ first, after }: Page, userId?: string): Promise<Order[]> {
  const query = db
    .selectFrom('orders')
    .selectAll()
    .where('id', '>', Number(after ?? 0))
    .orderBy('id')
    .limit(first);
  return (userId === undefined ? query : query.where('userId', '=', Number(userId))).execute();
}

function findOrder(id: string): Promise<Order | undefined> {
  return db.selectFrom('orders').selectAll().where('id', '=', Number(id)).executeTakeFirst();
}

async function userExists(id: string): Promise<boolean> {
  const response = await fetch(usersUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query ($id: ID!) { user(id: $id) { id } }', variables: { id } }),
  });
  const answer = (await response.json()) as { data?: { user?: object | null } };
  return answer.data?.user != null;
}

async function createOrder(userId: string, amount: number): Promise<Order> {
  if (!(await userExists(userId))) throw new GraphQLError(`there is no user ${userId}`);
  return db
    .insertInto('orders')
    .values({ userId: Number(userId), amount, status: 'PENDING', createdAt: new Date().toISOString() })
    .returningAll()
    .executeTakeFirstOrThrow();
}

const resolvers = {
  DateTime,
  Money,
  Query: {
    order: (_: unknown, { id }: { id: string }) => findOrder(id),
    orders: (_: unknown, { userId, ...page }: Page & { userId?: string }) => listOrders(page, userId),
  },
  Mutation: {
    createOrder: (_: unknown, { userId, amount }: { userId: string; amount: number }) => createOrder(userId, amount),
  },
  Order: {
    __resolveReference: ({ id }: { id: string }) => findOrder(id),
    user: ({ userId }: Order) => ({ id: userId }),
  },
  User: {
    orders: ({ id }: { id: string }, page: Page) => listOrders(page, id),
  },
};

await serveStock('orders', Number(port), resolvers, () => ({}));
