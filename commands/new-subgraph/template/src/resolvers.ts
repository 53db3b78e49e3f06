import { parseId, parsePage, toKey } from '@lockstep/subgraph-kit/arguments.ts';
import { DateTime } from '@lockstep/subgraph-kit/scalars.ts';
import { createSampleItem } from './create-sample-item.ts';
import { listSampleItems } from './database/sample-items.ts';
import type { Resolvers } from './schema.generated.ts';

export const resolvers: Resolvers = {
  DateTime,
  Query: {
    sampleItem: (_, { id }, { sampleItems }) => sampleItems.load(parseId('id', id)),
    sampleItems: (_, page, { db }) => listSampleItems(db, parsePage(page)),
  },
  Mutation: {
    createSampleItem: (_, input, { db }) => createSampleItem(db, input),
  },
  SampleItem: {
    __resolveReference({ id }, { sampleItems }) {
      const key = toKey(id);
      return key === undefined ? null : sampleItems.load(key);
    },
  },
};
