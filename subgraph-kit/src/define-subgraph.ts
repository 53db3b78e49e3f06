import { readFileSync } from 'node:fs';
import { toUrl } from '@lockstep/runtime/http/authority.ts';
import { READY_PATH } from '@lockstep/runtime/http/server/health.ts';
import { type Handler, listen } from '@lockstep/runtime/http/server/server.ts';
import { type Running, run } from '@lockstep/runtime/lifecycle.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openMigratedDatabase } from './database/open-migrated-database.ts';
import { checkDatabase } from './database/readiness.ts';
import type { Operation, OperationContext } from './execution/subgraph-executor.ts';
import { killAt, type Reach } from './failpoint.ts';
import { buildSubgraph, type SubgraphOptions } from './subgraph.ts';
import { readSubgraphConfig, type SubgraphConfig, type SubgraphDefaults } from './subgraph-config.ts';
import { SubgraphTelemetry } from './telemetry/subgraph-telemetry.ts';

/** Parts that a subgraph's services are made from: its database is open and migrated. */
export interface SubgraphParts<Tables, Own extends object, Failpoint extends string> {
  readonly db: Kysely<Tables>;
  readonly config: SubgraphConfig & Own;
  readonly logger: Logger;
  readonly reach: Reach<Failpoint>;
}

/** Everything that distinguishes one subgraph from another. */
export interface SubgraphDefinition<
  Tables,
  Own extends object,
  Failpoint extends string,
  Services,
  Context extends OperationContext,
> extends SubgraphDefaults<Own> {
  readonly migrations: Record<string, Migration>;
  readonly resolvers: SubgraphOptions<Context>['resolvers'];
  /** Points between two steps at which a test may have the process killed. */
  readonly failpoints?: readonly Failpoint[] | undefined;
  /** Creates the objects that all operations share. */
  readonly services: (parts: SubgraphParts<Tables, Own, Failpoint>) => Services;
  /** Creates the context of one operation. */
  readonly context: (services: Services, operation: Operation) => Context;
  /** Starts work that goes on beside answering, while the process listens and no other one works on the database. */
  readonly background?: (services: Services, logger: Logger) => Running;
  /** Registers metrics that only this subgraph has. Called if metrics are configured. */
  readonly metrics?: (services: Services, registry: MetricRegistry) => void;
  /** Closes the services, once the last request is answered. */
  readonly close?: (services: Services) => Promise<void>;
}

/** A subgraph whose database is open and that doesn't listen yet. */
export interface OpenSubgraph {
  readonly handler: Handler;
  startBackground(): Running | undefined;
  stop(): Promise<void>;
}

/** A subgraph as a program. */
export interface SubgraphProgram<Config extends SubgraphConfig> {
  /** @throws {ConfigurationError} naming each wrong variable */
  readConfig(env: NodeJS.ProcessEnv): Config;
  /** Opens and migrates the database and builds the subgraph on it. @throws {ConfigurationError} if that can't be done */
  open(config: Config, logger: Logger): Promise<OpenSubgraph>;
  /** Runs the subgraph as this process, until that is told to stop. */
  run(): Promise<void>;
}

/** Turns a definition into a program, adding configuration, database, endpoint, health and lifecycle. */
export function defineSubgraph<
  Tables,
  Own extends object,
  Failpoint extends string,
  Services,
  Context extends OperationContext,
>(definition: SubgraphDefinition<Tables, Own, Failpoint, Services, Context>): SubgraphProgram<SubgraphConfig & Own> {
  const { name } = definition;
  const readConfig = (env: NodeJS.ProcessEnv) => readSubgraphConfig(definition, env);
  const open = (config: SubgraphConfig & Own, logger: Logger) => openSubgraph(definition, config, logger);
  return {
    readConfig,
    open,
    run: () =>
      run(
        name,
        () => readConfig(process.env),
        async (config, logger) => {
          const subgraph = await open(config, logger);
          const { tls, socketPath } = config;
          const isSecure = socketPath === undefined && tls?.server !== undefined;
          const listening = await listen(subgraph.handler, {
            ...config,
            tls: isSecure ? tls?.server?.current : undefined,
          });
          tls?.watch(logger, listening.renew);
          const background = subgraph.startBackground();
          const urlOf = (path: string) => toUrl({ ...config, port: listening.port }, path, isSecure);
          logger.info(`${name} answers at ${urlOf('/graphql')}`);
          return {
            probe: urlOf(READY_PATH),
            async stop() {
              tls?.stop();
              await listening.stop();
              await background?.stop();
              await subgraph.stop();
            },
          };
        },
      ),
  };
}

async function openSubgraph<
  Tables,
  Own extends object,
  Failpoint extends string,
  Services,
  Context extends OperationContext,
>(
  definition: SubgraphDefinition<Tables, Own, Failpoint, Services, Context>,
  config: SubgraphConfig & Own,
  logger: Logger,
): Promise<OpenSubgraph> {
  const { database, databaseBounds: bounds } = config;
  const telemetry = await SubgraphTelemetry.open(config.telemetry, logger);
  const db = await openMigratedDatabase<Tables>(database, definition.migrations, logger, {
    bounds,
    note: telemetry?.timesWork ? telemetry.noteStatement : undefined,
  });
  const services = definition.services({ db, config, logger, reach: killAt(config.failpoint) });
  if (telemetry?.metrics) definition.metrics?.(services, telemetry.metrics.registry);
  const subgraph = await buildSubgraph({
    typeDefs: readFileSync(definition.schema, 'utf8'),
    resolvers: definition.resolvers,
    context: (operation) => definition.context(services, operation),
    isReady: checkDatabase(db, logger),
    config,
    maxObjects: config.maxObjects,
    logger,
    telemetry,
    metricsPath: config.telemetry.metricsPath,
  });
  return {
    handler: subgraph.handler,
    startBackground: () => definition.background?.(services, logger),
    async stop() {
      await subgraph.stop();
      await definition.close?.(services);
      await db.destroy();
      await telemetry?.close();
    },
  };
}
