import DataLoader from 'dataloader';
import type { Generated, Selectable } from 'kysely';
import { openDatabase } from './database.ts';
import { DateTime } from './scalars.ts';
import { serveStock } from './serve.ts';

// The stock users subgraph: PORT DATABASE.

interface UsersTable {
  id: Generated<number>;
  name: string;
  email: string;
  createdAt: string;
}
type User = Selectable<UsersTable>;
type Context = { users: DataLoader<number, User | null> };

const [port = '', path = ''] = process.argv.slice(2);
const db = openDatabase<{ users: UsersTable }>(path);
await db.schema
  .createTable('users')
  .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
  .addColumn('name', 'text', (column) => column.notNull())
  .addColumn('email', 'text', (column) => column.notNull().unique())
  .addColumn('createdAt', 'text', (column) => column.notNull())
  .execute();

async function findUsers(keys: readonly number[]): Promise<(User | null)[]> {
  const rows = await db.selectFrom('users').selectAll().where('id', 'in', keys).execute();
  const byKey = new Map(rows.map((row) => [row.id, row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

const resolvers = {
  DateTime,
  Query: {
    user: (_: unknown, { id }: { id: string }, { users }: Context) => users.load(Number(id)),
    users: (_: unknown, { first, after }: { first: number; after?: string }) =>
      db
        .selectFrom('users')
        .selectAll()
        .where('id', '>', Number(after ?? 0))
        .orderBy('id')
        .limit(first)
        .execute(),
  },
  Mutation: {
    createUser: (_: unknown, { name, email }: { name: string; email: string }) =>
      db
        .insertInto('users')
        .values({ name, email, createdAt: new Date().toISOString() })
        .returningAll()
        .executeTakeFirstOrThrow(),
  },
  User: {
    __resolveReference: ({ id }: { id: string }, { users }: Context) => users.load(Number(id)),
  },
};

await serveStock('users', Number(port), resolvers, (): Context => ({ users: new DataLoader(findUsers) }));
