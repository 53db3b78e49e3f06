import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { migrate, ping } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/sqlite.ts';
import { buildSubgraph, type Subgraph } from '@lockstep/subgraph-kit/subgraph.ts';
import type { Config } from './config.ts';
import { createContext } from './context.ts';
import { migrations } from './database/migrations.ts';
import type { Tables } from './database/tables.ts';
import { resolvers } from './resolvers.ts';

const SCHEMA_FILE = join(import.meta.dirname, '..', 'schema.graphql');

/** Opens and migrates the database and builds the subgraph on it. It doesn't listen yet. */
export async function createServer(config: Config, logger: Logger): Promise<Subgraph> {
  const db = openDatabase<Tables>(config.databasePath, logger);
  await migrate(db, migrations, logger);
  const subgraph = await buildSubgraph({
    typeDefs: readFileSync(SCHEMA_FILE, 'utf8'),
    resolvers,
    context: (lifetime) => createContext(db, lifetime),
    isReady: () => ping(db),
    config,
    logger,
  });
  return {
    handler: subgraph.handler,
    async stop() {
      await subgraph.stop();
      await db.destroy();
    },
  };
}
