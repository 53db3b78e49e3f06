import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import type { Tables } from './database/tables.ts';
import { findUsers, type User } from './database/users.ts';

/** What one request carries. */
export interface Context {
  db: Kysely<Tables>;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Users by key, one statement for all that are asked for together; null for an unknown key. */
  users: DataLoader<number, User | null>;
}

export function createContext(db: Kysely<Tables>, signal: AbortSignal): Context {
  return {
    db,
    signal,
    users: new DataLoader((keys) => findUsers(db, keys)),
  };
}
