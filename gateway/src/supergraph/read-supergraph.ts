import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { withoutQuery } from '@lockstep/runtime/url-credentials.ts';
import type { Config } from '../configuration/environment.ts';
import {
  readSupergraphFile,
  type SubgraphSettings,
  type SupergraphReading,
  type SupergraphSettings,
} from '../configuration/supergraph-file.ts';
import type { SubgraphSchema } from '../planning/subgraph-schema.ts';
import type { Supergraph } from './loaded-supergraph.ts';
import { type PolledSchemas, UnknownSchemaError } from './polled-schemas.ts';

/** Interval at which subgraphs are asked for their schemas. */
export const ASK_INTERVAL_MS = 2000;

/**
 * Reads the supergraph from its files and from the subgraphs that have to be asked.
 *
 * @param note called with what the file says before its schemas are read
 * @throws {ConfigurationError}
 */
export async function readSupergraph(
  config: Config,
  schemas: PolledSchemas,
  note: (reading: SupergraphReading) => void = () => {},
): Promise<Supergraph> {
  const reading = readSupergraphFile(config);
  note(reading);
  const { settings } = reading;
  const given = await schemas.read(settings.subgraphs);
  const read = settings.subgraphs.map((subgraph) => readSchema(subgraph, given.get(subgraph.name)));
  return { ...settings, schemas: await Promise.all(read) };
}

/** @param given schema fetched from the subgraph, if it had to be asked */
async function readSchema({ name, routingUrl, schema }: SubgraphSettings, given = ''): Promise<SubgraphSchema> {
  if ('sdl' in schema) return { name, routingUrl, sdl: schema.sdl, origin: `sdl of ${name}` };
  if ('subgraph_url' in schema)
    return { name, routingUrl, sdl: given, origin: `schema of ${withoutQuery(schema.subgraph_url)}` };
  try {
    return { name, routingUrl, sdl: await readFile(schema.file, 'utf8'), origin: schema.file };
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new ConfigurationError(`The schema of the subgraph ${name} can't be read: ${reason}`);
  }
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
  const certificates = [gateway, ...subgraphs].flatMap((section) => section.certificates?.files ?? []);
  return [supergraphFile, ...schemas, ...certificates, ...persistedQueries.localManifests, ...modules];
}
