import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import type { Tables } from './database/tables.ts';
import { findUsers, type User } from './database/users.ts';

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
}

/** Context of one operation. */
export interface Context extends Services, Lifetime {
  /** Loads users by key, with one statement for all that are requested together; null for an unknown key. */
  users: DataLoader<number, User | null>;
}

export function createContext({ db }: Services, lifetime: Lifetime): Context {
  return {
    db,
    ...lifetime,
    users: new DataLoader((keys) => findUsers(db, keys)),
  };
}
