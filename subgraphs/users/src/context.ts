import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import type { Tables } from './database/tables.ts';
import { findUsers, type User } from './database/users.ts';

/** What one request carries. */
export interface Context extends Lifetime {
  db: Kysely<Tables>;
  /** Users by key, one statement for all that are asked for together; null for an unknown key. */
  users: DataLoader<number, User | null>;
}

export function createContext(db: Kysely<Tables>, lifetime: Lifetime): Context {
  return {
    db,
    ...lifetime,
    users: new DataLoader((keys) => findUsers(db, keys)),
  };
}
