import { join } from 'node:path';
import { defineSubgraph } from '@lockstep/subgraph-kit/define-subgraph.ts';
import manifest from '../package.json' with { type: 'json' };
import { createContext, type Services } from './context.ts';
import { migrations } from './database/migrations.ts';
import { resolvers } from './resolvers.ts';

/** The users subgraph. */
export const usersSubgraph = defineSubgraph({
  name: 'users',
  port: manifest.config.port,
  schema: join(import.meta.dirname, '..', 'schema.graphql'),
  migrations,
  resolvers,
  services: ({ db }): Services => ({ db }),
  context: createContext,
});
