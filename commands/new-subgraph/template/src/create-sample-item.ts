import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseIdempotencyKey, parseText } from '@lockstep/subgraph-kit/arguments.ts';
import type { Kysely } from 'kysely';
import { insertSampleItem, MAX_NAME_LENGTH, type SampleItem } from './database/sample-items.ts';
import type { Tables } from './database/tables.ts';

/** Arguments of the mutation as the client sent them. */
export interface CreateSampleItemInput {
  name: string;
  idempotencyKey?: string | null;
}

/** Runs the mutation `createSampleItem`. @throws `BAD_USER_INPUT`, `IDEMPOTENCY_KEY_REUSED` */
export async function createSampleItem(db: Kysely<Tables>, input: CreateSampleItemInput): Promise<SampleItem> {
  const name = parseText('name', input.name, MAX_NAME_LENGTH);
  const created = await insertSampleItem(db, { name, idempotencyKey: parseIdempotencyKey(input.idempotencyKey) });
  if (created.name === name) return created;
  throw new ExpectedError(
    'IDEMPOTENCY_KEY_REUSED',
    'idempotencyKey: this key was used before, with other arguments; use a new key for a new sample item',
  );
}
