import { parseId, parsePage, toKey } from '@lockstep/subgraph-kit/arguments.ts';
import { readConnection } from '@lockstep/subgraph-kit/connection.ts';
import { DateTime } from '@lockstep/subgraph-kit/scalars.ts';
import { createUser } from './create-user.ts';
import { listUsers } from './database/users.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  DateTime,
  Query: {
    user: (_, { id }, { users }) => users.load(parseId('id', id)),
    users: (_, page, { db }) => listUsers(db, parsePage(page)),
    usersConnection: (_, args, { db }) => readConnection('UserConnection', args, (page) => listUsers(db, page)),
  },
  Mutation: {
    createUser: (_, input, { db }) => createUser(db, input),
  },
  User: {
    __resolveReference({ id }, { users }) {
      const key = toKey(id);
      return key === undefined ? null : users.load(key);
    },
  },
};
