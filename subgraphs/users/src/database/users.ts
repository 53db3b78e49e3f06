import type { Page } from '@lockstep/subgraph-kit/arguments.ts';
import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import { type Parameters, prepare } from '@lockstep/subgraph-kit/database/prepared.ts';
import type { Kysely } from 'kysely';
import type { NewUserRow, Tables, UserRow } from './tables.ts';

export const MAX_NAME_LENGTH = 100;
/** Longest address that a mail server takes (https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3, less the brackets). */
export const MAX_EMAIL_LENGTH = 254;

/** User as the graph has it. */
export interface User {
  id: string;
  name: string;
  email: string;
  createdAt: Date;
}

const selectUsers = prepare((db: Kysely<Tables>, parameter: Parameters<{ keys: string }>) =>
  db
    .selectFrom('users')
    .selectAll()
    .where('id', 'in', engineOf(db).keysOf(parameter('keys'))),
);

const selectPage = prepare((db: Kysely<Tables>, parameter: Parameters<Page>) =>
  db.selectFrom('users').selectAll().where('id', '>', parameter('after')).orderBy('id').limit(parameter('first')),
);

/** Returns the users with these keys in the keys' order, null for an unknown key. Runs one statement. */
export async function findUsers(db: Kysely<Tables>, keys: readonly number[]): Promise<(User | null)[]> {
  const rows = await selectUsers(db, { keys: JSON.stringify(keys) });
  const byKey = new Map(rows.map((row) => [row.id, toUser(row)]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** Returns one page of all users. */
export async function listUsers(db: Kysely<Tables>, { first, after }: Page): Promise<User[]> {
  return (await selectPage(db, { first, after })).map(toUser);
}

/** Inserts a user and returns it; undefined if the address is taken, ignoring case. */
export async function insertUser(
  db: Kysely<Tables>,
  { name, email }: { name: string; email: string },
): Promise<User | undefined> {
  const values: NewUserRow = { name, email, email_key: email.toLowerCase(), created_at: new Date().toISOString() };
  const row = await db
    .insertInto('users')
    .values(values)
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toUser(row);
}

function toUser(row: UserRow): User {
  return { id: String(row.id), name: row.name, email: row.email, createdAt: new Date(row.created_at) };
}
