import type { Generated, Insertable, Selectable } from 'kysely';

export interface Tables {
  users: UsersTable;
}

export interface UsersTable {
  id: Generated<number>;
  name: string;
  /** As it was given. */
  email: string;
  /** In lower case: what makes it unique. */
  email_key: string;
  /** ISO 8601 in UTC. */
  created_at: string;
}

export type UserRow = Selectable<UsersTable>;
export type NewUserRow = Insertable<UsersTable>;
