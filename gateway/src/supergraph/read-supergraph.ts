import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Config } from '../configuration/environment.ts';
import { readSupergraphFile, type SupergraphSettings } from '../configuration/supergraph-file.ts';
import { compose } from './compose.ts';
import type { Supergraph } from './loaded-supergraph.ts';
import { type PolledSchemas, UnknownSchemaError } from './polled-schemas.ts';

/** Interval at which subgraphs are asked for their schemas. */
export const ASK_INTERVAL_MS = 2000;

/**
 * Reads the supergraph from its files and from the subgraphs that have to be asked.
 *
 * @param note called with the file's settings before their schemas are read
 * @throws {ConfigurationError}
 */
export async function readSupergraph(
  config: Config,
  schemas: PolledSchemas,
  note: (settings: SupergraphSettings) => void = () => {},
): Promise<Supergraph> {
  const { settings } = readSupergraphFile(config);
  note(settings);
  return { ...settings, sdl: compose(settings.subgraphs, await schemas.read(settings.subgraphs)) };
}

/** Reads until every subgraph has given its schema. */
export async function untilRead(read: () => Promise<Supergraph>, logger: Logger): Promise<Supergraph> {
  for (let told = ''; ; ) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnknownSchemaError)) throw error;
      if (error.message !== told) logger.warn(`${error.message}. The gateway starts once it does.`);
      told = error.message;
      await delay(ASK_INTERVAL_MS);
    }
  }
}

/** Returns the files that a supergraph is read from. */
export function filesOf({ supergraphFile }: Config, { subgraphs, gateway }: SupergraphSettings): string[] {
  const { authorization, progressiveOverride, hooks, persistedQueries } = gateway;
  const schemas = subgraphs.flatMap(({ schema }) => ('file' in schema ? [schema.file] : []));
  const modules = [authorization.policies, progressiveOverride, hooks].flatMap((hook) => hook?.module ?? []);
  return [supergraphFile, ...schemas, ...persistedQueries.localManifests, ...modules];
}
