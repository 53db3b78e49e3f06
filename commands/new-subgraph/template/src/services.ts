import type { SubgraphParts } from '@lockstep/subgraph-kit/define-subgraph.ts';
import type { Kysely } from 'kysely';
import type { Tables } from './database/tables.ts';

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
}

export function createServices({ db }: SubgraphParts<Tables, object, never>): Services {
  return { db };
}
