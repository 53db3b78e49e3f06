import { Progress } from '../terminal/progress.ts';
import { ask, dataOf } from './graph-client.ts';
import { type Person, person } from './people.ts';
import { workThrough } from './work-through.ts';

/** Numbers of objects after seeding. */
export interface Seeded {
  readonly created: number;
  /** Number that existed already. */
  readonly found: number;
}

/** Number of requests in flight. */
export const AT_A_TIME = 8;

const CREATE_USER = 'mutation ($name: String!, $email: String!) { createUser(name: $name, email: $email) { id } }';
const LIST_USERS = 'query ($after: ID) { users(first: 100, after: $after) { id email } }';

/** Creates the first `count` people that aren't users yet. Returns their ids in the people's order. */
export async function seedUsers(url: string, count: number): Promise<Seeded & { ids: string[] }> {
  const people = Array.from({ length: count }, (_, index) => person(index));
  const progress = new Progress('users', count);
  const created = await workThrough(people, AT_A_TIME, async (someone) => {
    const id = await createUser(url, someone);
    progress.step();
    return id;
  });
  const missing = people.filter((_, index) => created[index] === undefined);
  const known = missing.length === 0 ? new Map<string, string>() : await findUsers(url, missing);
  const ids = people.map(({ email }, index) => created[index] ?? known.get(email) ?? '');
  return { created: count - missing.length, found: missing.length, ids };
}

/** Creates a user. Returns its id, or undefined if the address is taken. */
async function createUser(url: string, { name, email }: Person): Promise<string | undefined> {
  const answer = await ask<{ createUser: { id: string } }>(url, CREATE_USER, { name, email });
  if (answer.errors?.[0]?.extensions?.code === 'EMAIL_TAKEN') return undefined;
  return dataOf(answer).createUser.id;
}

/** Finds the ids of these people by address in the list of all users. */
async function findUsers(url: string, people: readonly Person[]): Promise<Map<string, string>> {
  const wanted = new Set(people.map(({ email }) => email));
  const ids = new Map<string, string>();
  let after: string | undefined;
  while (ids.size < wanted.size) {
    const { users } = dataOf(await ask<{ users: { id: string; email: string }[] }>(url, LIST_USERS, { after }));
    for (const { id, email } of users) if (wanted.has(email.toLowerCase())) ids.set(email.toLowerCase(), id);
    after = users.at(-1)?.id;
    if (after === undefined) break;
  }
  return ids;
}
