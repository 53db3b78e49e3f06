import { join } from 'node:path';
import { defineSubgraph } from '@lockstep/subgraph-kit/define-subgraph.ts';
import manifest from '../package.json' with { type: 'json' };
import { config } from './config.ts';
import { createContext } from './context.ts';
import { migrations } from './database/migrations.ts';
import { failpoints } from './failpoints.ts';
import { registerMetrics } from './metrics.ts';
import { resolvers } from './resolvers.ts';
import { closeServices, createServices } from './services.ts';
import { Sweep } from './sweep.ts';

/** The orders subgraph. Beside answering, it ends the checkouts that are left. */
export const ordersSubgraph = defineSubgraph({
  name: 'orders',
  port: manifest.config.port,
  schema: join(import.meta.dirname, '..', 'schema.graphql'),
  config,
  migrations,
  resolvers,
  failpoints,
  services: createServices,
  context: createContext,
  background: (services, logger) => new Sweep(services, logger),
  metrics: registerMetrics,
  close: closeServices,
});
