import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { z } from 'zod';
import { readManifests } from './manifests.ts';
import { toMistakes } from './mistakes.ts';
import { versionOf } from './module-version.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { toHeaderSettings } from './sections/headers.ts';
import type { CircuitBreakerSettings, RetrySettings } from './sections/resilience.ts';
import { type GatewaySettings, supergraphFile } from './settings-schema.ts';
import { type Mistake, SupergraphDocument } from './supergraph-document.ts';

/** Where one subgraph is, what it says it can do, and how it is called. */
export interface SubgraphSettings {
  readonly name: string;
  readonly routingUrl: string;
  readonly schema: SchemaSource;
  /** How long one call may take, from connecting to the last byte. */
  readonly timeoutMs: number;
  readonly retry?: RetrySettings;
  readonly circuitBreaker?: CircuitBreakerSettings;
}

/** A schema in federation's SDL: its text, the file that has it, as an absolute path, or the subgraph to ask for it. */
export type SchemaSource = { readonly sdl: string } | { readonly file: string } | { readonly subgraph_url: string };

/** What a supergraph file says. */
export interface SupergraphSettings {
  readonly subgraphs: readonly SubgraphSettings[];
  readonly gateway: GatewaySettings;
}

/** What a supergraph file and the environment say together. */
export interface SupergraphSource {
  /** Where it stands. */
  readonly supergraphFile: string;
  /** What `${env.NAME}` in it stands for. */
  readonly env: NodeJS.ProcessEnv;
  readonly overrides: readonly Override[];
}

/** A supergraph file that can be used, and how it came to say what it does. */
export interface SupergraphReading {
  readonly settings: SupergraphSettings;
  readonly document: SupergraphDocument;
  /** What was read, as it is written, with what the environment decides. */
  readonly values: unknown;
  /** Those that had an effect. */
  readonly overrides: readonly Override[];
}

/**
 * Reads a supergraph file in rover's format. Paths in it are relative to it.
 *
 * @throws {ConfigurationError} with every mistake: line, key, what was found, what would do
 */
export function readSupergraphFile({ supergraphFile: file, env, overrides }: SupergraphSource): SupergraphReading {
  const document = new SupergraphDocument(readText(file), env);
  const parsed = document.isReadable ? parse(document, overrides) : undefined;
  const mistakes = [...document.mistakes];
  if (parsed?.result.error) mistakes.push(...ownMistakes(parsed.result.error.issues, document));
  if (mistakes.length > 0 || !parsed?.result.data) throw toError(file, mistakes);
  return { ...parsed, document, settings: toSettings(parsed.result.data, file) };
}

function toSettings({ subgraphs, gateway }: z.output<typeof supergraphFile>, file: string): SupergraphSettings {
  const entries = Object.entries(subgraphs);
  const codes = Object.fromEntries(entries.map(([name, { errorCodes }]) => [name, errorCodes]));
  const headers = Object.fromEntries(entries.map(([name, { headers }]) => [name, headers]));
  return {
    subgraphs: entries.map(([name, { errorCodes: _, headers: __, schema, ...settings }]) => ({
      ...settings,
      name,
      schema: 'file' in schema ? { file: resolve(dirname(file), schema.file) } : schema,
    })),
    gateway: {
      ...withAbsoluteModules(gateway, dirname(file)),
      subgraphErrors: { ...gateway.subgraphErrors, codes },
      persistedQueries: readManifests(gateway.persistedQueries, dirname(file)),
      headers: toHeaderSettings(gateway.headers, headers),
    },
  };
}

type ParsedGateway = z.output<typeof supergraphFile>['gateway'];

/** Modules with hooks have absolute paths, and the version that a change of their files changes. */
function withAbsoluteModules(gateway: ParsedGateway, folder: string): ParsedGateway {
  const { authorization, progressiveOverride, hooks } = gateway;
  const absolute = <Hook extends { readonly module?: string | undefined }>(hook: Hook): Hook => {
    if (hook.module === undefined) return hook;
    const module = resolve(folder, hook.module);
    return { ...hook, module, version: versionOf(module) };
  };
  return {
    ...gateway,
    authorization: { ...authorization, policies: authorization.policies && absolute(authorization.policies) },
    progressiveOverride: absolute(progressiveOverride),
    hooks: absolute(hooks),
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
function parse(document: SupergraphDocument, overrides: readonly Override[]) {
  const parsed = parseOnce(document, overrides);
  const places = parsed.result.error?.issues.map(({ path }) => path.map(String)) ?? [];
  const isAnyRead = places.map((path) => path.length > 0 && document.readAsValues(path)).includes(true);
  return isAnyRead ? parseOnce(document, overrides) : parsed;
}

function parseOnce(document: SupergraphDocument, overrides: readonly Override[]) {
  const values = document.toJS();
  const effective = applyOverrides(values, overrides);
  return { values, overrides: effective, result: supergraphFile.safeParse(values) };
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
  // Two rules of one key may say the same.
  return new ConfigurationError(`The supergraph file can't be used:\n  ${[...new Set(list)].join('\n  ')}`);
}
