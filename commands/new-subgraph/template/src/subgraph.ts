import { join } from 'node:path';
import { defineSubgraph } from '@lockstep/subgraph-kit/define-subgraph.ts';
import manifest from '../package.json' with { type: 'json' };
import { createContext } from './context.ts';
import { migrations } from './database/migrations.ts';
import { resolvers } from './resolvers.ts';
import { createServices } from './services.ts';

/** The sample-items subgraph. */
export const sampleItemsSubgraph = defineSubgraph({
  name: 'sample-items',
  port: manifest.config.port,
  schema: join(import.meta.dirname, '..', 'schema.graphql'),
  migrations,
  resolvers,
  services: createServices,
  context: createContext,
});
