import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { migrate, ping } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/sqlite.ts';
import { killAt } from '@lockstep/subgraph-kit/failpoint.ts';
import { buildSubgraph, type Subgraph } from '@lockstep/subgraph-kit/subgraph.ts';
import type { Config } from './config.ts';
import { createContext, type Services } from './context.ts';
import { migrations } from './database/migrations.ts';
import type { Tables } from './database/tables.ts';
import { ProductsClient } from './products-client.ts';
import { resolvers } from './resolvers.ts';
import { RunningCheckouts } from './running-checkouts.ts';
import { Sweep } from './sweep.ts';
import { UsersClient } from './users-client.ts';

const SCHEMA_FILE = join(import.meta.dirname, '..', 'schema.graphql');

/** The orders subgraph: beside answering it ends the checkouts that are left. */
export interface OrdersSubgraph extends Subgraph {
  startSweep(): Sweep;
}

/** Opens and migrates the database and builds the subgraph on it. It doesn't listen or sweep yet. */
export async function createServer(config: Config, logger: Logger): Promise<OrdersSubgraph> {
  const db = openDatabase<Tables>(config.databasePath, logger);
  await migrate(db, migrations, logger);
  const services: Services = {
    db,
    usersClient: new UsersClient(config, logger),
    productsClient: new ProductsClient(config, logger),
    running: new RunningCheckouts(),
    checkoutTimeoutMs: config.checkoutTimeoutMs,
    reach: killAt(config.failpoint),
  };
  const subgraph = await buildSubgraph({
    typeDefs: readFileSync(SCHEMA_FILE, 'utf8'),
    resolvers,
    context: (lifetime) => createContext(services, lifetime),
    isReady: () => ping(db),
    config,
    logger,
  });
  return {
    handler: subgraph.handler,
    startSweep: () => new Sweep(services, logger),
    async stop() {
      await subgraph.stop();
      await services.usersClient.close();
      await services.productsClient.close();
      await db.destroy();
    },
  };
}
