import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { z } from 'zod';
import { toMistakes } from './mistakes.ts';
import { type Mistake, SupergraphDocument } from './supergraph-document.ts';
import { type GatewaySettings, supergraphFile } from './supergraph-schema.ts';

/** Where one subgraph is, what it says it can do, and how it is called. */
export interface SubgraphSettings {
  readonly name: string;
  readonly routingUrl: string;
  /** The schema's text in federation's SDL, or the file that has it, as an absolute path. */
  readonly schema: { readonly sdl: string } | { readonly file: string };
  /** How long one call may take, from connecting to the last byte. */
  readonly timeoutMs: number;
}

/** What a supergraph file says. */
export interface SupergraphSettings {
  readonly subgraphs: readonly SubgraphSettings[];
  readonly gateway: GatewaySettings;
}

/**
 * Reads a supergraph file in rover's format. Paths in it are relative to it.
 *
 * @param env what `${env.NAME}` in it stands for
 * @throws {ConfigurationError} with every mistake: line, key, what was found, what would do
 */
export function readSupergraphFile(file: string, env: NodeJS.ProcessEnv): SupergraphSettings {
  const document = new SupergraphDocument(readText(file), env);
  const result = document.isReadable ? parse(document) : undefined;
  const mistakes = [...document.mistakes];
  if (result?.error) mistakes.push(...ownMistakes(result.error.issues, document));
  if (mistakes.length > 0 || !result?.data) throw toError(file, mistakes);
  const { subgraphs, gateway } = result.data;
  return {
    subgraphs: Object.entries(subgraphs).map(([name, settings]) => ({
      ...settings,
      name,
      schema: 'file' in settings.schema ? { file: resolve(dirname(file), settings.schema.file) } : settings.schema,
    })),
    gateway,
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`The supergraph file can't be read: ${reason}. Set SUPERGRAPH_FILE to where it is.`);
  }
}

/** Reads it, and again where a variable's text may be the number or the boolean that is wanted. */
function parse(document: SupergraphDocument) {
  const result = supergraphFile.safeParse(document.toJS());
  const places = result.error?.issues.map(({ path }) => path.map(String)) ?? [];
  const isAnyRead = places.map((path) => path.length > 0 && document.readAsValues(path)).includes(true);
  return isAnyRead ? supergraphFile.safeParse(document.toJS()) : result;
}

/** Those that aren't there only because a variable could not be replaced. */
function ownMistakes(issues: readonly z.core.$ZodIssue[], document: SupergraphDocument): Mistake[] {
  const unread = document.mistakes.map(({ path }) => path);
  return issues
    .flatMap((issue) => toMistakes(issue, document))
    .filter(({ path }) => !unread.some((other) => other === path || other.startsWith(`${path}.`)));
}

function toError(file: string, mistakes: readonly Mistake[]): ConfigurationError {
  const list = mistakes
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, path, message }) => `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}`);
  return new ConfigurationError(`The supergraph file can't be used:\n  ${list.join('\n  ')}`);
}
