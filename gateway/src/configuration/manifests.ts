import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { GraphQLError, parse } from 'graphql';
import { z } from 'zod';
import type { PersistedOperation, PersistedQueriesSettings } from './sections/persisted-queries.ts';

/** Format of `@apollo/generate-persisted-query-manifest`. */
const apolloManifest = z
  .object({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string().min(1), body: z.string() })),
  })
  .transform(({ operations }): PersistedOperation[] => operations);

/** Format of Relay's compiler: texts by id. */
const relayManifest = z
  .record(z.string().min(1), z.string())
  .transform((texts): PersistedOperation[] => Object.entries(texts).map(([id, body]) => ({ id, body })));

/**
 * Reads the manifests that the settings name by paths relative to `folder`.
 *
 * @throws {ConfigurationError} listing every mistake with its file
 */
export function readManifests(settings: PersistedQueriesSettings, folder: string): PersistedQueriesSettings {
  const localManifests = settings.localManifests.map((path) => resolve(folder, path));
  const operations = new Map<string, string>();
  const mistakes: string[] = [];
  for (const file of localManifests) {
    const manifest = readManifest(file);
    if (typeof manifest === 'string') mistakes.push(`${file}: ${manifest}`);
    else for (const operation of manifest) mistakes.push(...add(operation, operations, file));
  }
  if (mistakes.length > 0) {
    throw new ConfigurationError(`The manifests of persisted queries can't be used:\n  ${mistakes.join('\n  ')}`);
  }
  return { ...settings, localManifests, operations: [...operations].map(([id, body]) => ({ id, body })) };
}

/** Returns a manifest's operations, or the reason why it can't be used. */
function readManifest(file: string): PersistedOperation[] | string {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return `can't be read: ${error instanceof Error ? error.message : error}`;
  }
  const isApollo = isRecord(content) && 'format' in content;
  const manifest = isApollo ? apolloManifest.safeParse(content) : relayManifest.safeParse(content);
  if (manifest.success) return manifest.data;
  const [issue] = manifest.error.issues;
  return `not a manifest: ${issue?.path.join('.')}: ${issue?.message}. ${FORMATS}`;
}

const FORMATS =
  'Give one in Apollo\'s format, {"format":"apollo-persisted-query-manifest","version":1,"operations":[…]}, or in ' +
  'Relay\'s, {"id":"text of the operation"}';

/** Adds an operation. Returns its mistakes. */
function add({ id, body }: PersistedOperation, operations: Map<string, string>, file: string): string[] {
  const other = operations.get(id);
  if (other !== undefined && other !== body)
    return [`${file}: ${id}: duplicate id of a different operation; give each operation its own`];
  operations.set(id, body);
  try {
    parse(body);
    return [];
  } catch (error) {
    if (error instanceof GraphQLError) return [`${file}: ${id}: ${error.message}`];
    throw error;
  }
}
