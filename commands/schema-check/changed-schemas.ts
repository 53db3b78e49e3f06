import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { SubgraphSchema } from '@lockstep/gateway/planning/subgraph-schema.ts';
import { CommandError } from '../terminal/command.ts';

/**
 * Replaces schemas of a supergraph by those in files.
 *
 * @param files each as `NAME=FILE`, or a file that is named like its subgraph
 * @throws {CommandError} if a file can't be read, or its subgraph isn't known
 */
export async function changedSchemas(
  schemas: readonly SubgraphSchema[],
  files: readonly string[],
): Promise<SubgraphSchema[]> {
  const changed = new Map<string, Pick<SubgraphSchema, 'sdl' | 'origin'>>();
  for (const given of files) {
    const [, named, file = given] = /^([\w-]+)=(.+)$/.exec(given) ?? [];
    const name = named ?? basename(file, extname(file));
    if (!schemas.some((schema) => schema.name === name)) {
      const names = schemas.map((schema) => schema.name).join(', ');
      throw new CommandError(`${given}: no subgraph ${name}; give NAME=FILE, where NAME is one of ${names}`);
    }
    changed.set(name, { sdl: await readSdl(file), origin: file });
  }
  return schemas.map((schema) => ({ ...schema, ...changed.get(schema.name) }));
}

async function readSdl(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file} can't be read: ${error instanceof Error ? error.message : error}`);
  }
}
