import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '@lockstep/gateway/configuration/environment.ts';
import { compose } from '@lockstep/gateway/planning/compose.ts';
import { PolledSchemas, UnknownSchemaError } from '@lockstep/gateway/supergraph/polled-schemas.ts';
import { readSupergraph } from '@lockstep/gateway/supergraph/read-supergraph.ts';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { GATEWAY, ROOT } from '../processes/apps.ts';
import { readAppsInForce } from '../processes/in-force.ts';
import { CommandError } from '../terminal/command.ts';

/**
 * Changes supergraph.yaml, if its subgraphs still compose in the environment in force. A gateway that runs follows the file.
 *
 * @param change returns the new text
 * @param prepare does what has to be done before the change is in force
 * @throws {CommandError} if they don't compose; then nothing has changed
 */
export async function changeSupergraph(change: (text: string) => string, prepare: () => Promise<void>): Promise<void> {
  const file = join(ROOT, 'supergraph.yaml');
  const candidate = `${file}.new`;
  const text = change(await readFile(file, 'utf8'));
  try {
    await writeFile(candidate, text);
    await requireComposition(candidate);
    await prepare();
    await rename(candidate, file);
  } finally {
    await rm(candidate, { force: true });
  }
}

async function requireComposition(file: string): Promise<void> {
  const gateway = (await readAppsInForce()).find(({ name }) => name === GATEWAY);
  try {
    // Reading the configuration would make the file of the secret.
    const config = readConfig({ ...gateway?.env, SUPERGRAPH_FILE: file, SUBGRAPH_SECRET_FILE: undefined });
    const schemas = new PolledSchemas(config.secret, createLogger('compose', config.logging));
    compose((await readSupergraph(config, schemas)).schemas);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CommandError(`Nothing was changed. ${error.message}`);
    // A subgraph that has to be asked for its schema may be down.
    if (!(error instanceof UnknownSchemaError)) throw error;
  }
}
