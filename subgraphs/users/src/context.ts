import type { Operation } from '@lockstep/subgraph-kit/execution/subgraph-executor.ts';
import DataLoader from 'dataloader';
import type { Kysely } from 'kysely';
import type { Tables } from './database/tables.ts';
import { findUsers, type User } from './database/users.ts';

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
}

/** Context of one operation. */
export interface Context extends Services, Operation {
  /** Loads users by key, with one statement for all that are requested together; null for an unknown key. */
  users: DataLoader<number, User | null>;
}

export function createContext({ db }: Services, operation: Operation): Context {
  const { budget } = operation;
  return {
    db,
    ...operation,
    users: new DataLoader((keys) => budget.load(() => findUsers(db, keys))),
  };
}
