import { join } from 'node:path';
import { defineSubgraph } from '@lockstep/subgraph-kit/define-subgraph.ts';
import manifest from '../package.json' with { type: 'json' };
import { createContext, type Services } from './context.ts';
import { migrations } from './database/migrations.ts';
import { failpoints } from './failpoints.ts';
import { resolvers } from './resolvers.ts';

/** The products subgraph. */
export const productsSubgraph = defineSubgraph({
  name: 'products',
  port: manifest.config.port,
  schema: join(import.meta.dirname, '..', 'schema.graphql'),
  migrations,
  resolvers,
  failpoints,
  services: ({ db, reach }): Services => ({ db, reach }),
  context: createContext,
});
