import { badUserInput, ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { parseText } from '@lockstep/subgraph-kit/arguments.ts';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Tables } from './database/tables.ts';
import { insertUser, MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, type User } from './database/users.ts';

const emailAddress = z.email();

/** Runs the mutation `createUser`. @throws `BAD_USER_INPUT`, `EMAIL_TAKEN` */
export async function createUser(db: Kysely<Tables>, input: { name: string; email: string }): Promise<User> {
  const name = parseText('name', input.name, MAX_NAME_LENGTH);
  const email = parseText('email', input.email, MAX_EMAIL_LENGTH);
  if (!emailAddress.safeParse(email).success) {
    throw badUserInput('email', input.email, 'must be an e-mail address, such as "ada@example.com"');
  }
  const user = await insertUser(db, { name, email });
  if (user === undefined) throw new ExpectedError('EMAIL_TAKEN', `email: ${email} belongs to another user already`);
  return user;
}
