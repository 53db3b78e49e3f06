import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { PolledSchemas, UnknownSchemaError } from '@lockstep/gateway/supergraph/polled-schemas.ts';
import { readSupergraph } from '@lockstep/gateway/supergraph/read-supergraph.ts';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { requireFinishedRestore } from '@lockstep/subgraph-kit/database/engines/unfinished-restore.ts';
import { readSubgraphConfig } from '@lockstep/subgraph-kit/subgraph-config.ts';
import { CommandError } from '../terminal/command.ts';
import { type App, GATEWAY } from './apps.ts';

/**
 * Checks the environment of each app, and the gateway's settings, and composes the supergraph. Variables that only one
 * subgraph has are left to its process.
 *
 * @throws {CommandError} listing the mistakes of the first app that has any
 */
export async function checkConfiguration(apps: readonly App[]): Promise<void> {
  for (const app of apps) {
    try {
      if (app.name === GATEWAY) await checkGateway(app);
      else checkSubgraph(app);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      throw new CommandError(`${app.name}: ${error.message}`);
    }
  }
}

async function checkGateway({ env }: App): Promise<void> {
  const config = readConfig({ ...env });
  try {
    const { schemas } = await readSupergraph(
      config,
      new PolledSchemas(config.secret, createLogger('check', config.logging)),
    );
    const { compose } = await import('@lockstep/gateway/planning/compose.ts'); // a third of a second to load
    compose(schemas);
  } catch (error) {
    // A subgraph that has to be asked for its schema may be down. The gateway waits for it.
    if (!(error instanceof UnknownSchemaError)) throw error;
  }
}

function checkSubgraph({ name, script, env }: App): void {
  const schema = join(dirname(dirname(script)), 'schema.graphql');
  // Reading the configuration would make the file of the secret.
  if (!existsSync(schema)) return;
  const { database } = readSubgraphConfig({ name, port: 0, schema }, { ...env, SUBGRAPH_SECRET_FILE: undefined });
  requireFinishedRestore(database);
}
