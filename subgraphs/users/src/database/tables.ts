import type { Generated, Insertable, Selectable } from 'kysely';

export interface Tables {
  users: UsersTable;
}

export interface UsersTable {
  id: Generated<number>;
  name: string;
  /** Address in the user's spelling. */
  email: string;
  /** Address in lower case, which is unique. */
  email_key: string;
  /** ISO 8601 in UTC. */
  created_at: string;
}

export type UserRow = Selectable<UsersTable>;
export type NewUserRow = Insertable<UsersTable>;
