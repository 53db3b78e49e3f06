import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { z } from 'zod';
import { type Certificates, readCertificates } from './certificates.ts';
import { readManifests } from './manifests.ts';
import { toMistakes } from './mistakes.ts';
import { versionOf } from './module-version.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { toHeaderSettings } from './sections/headers.ts';
import type { CircuitBreakerSettings, RetrySettings } from './sections/resilience.ts';
import { type GatewaySettings, supergraphFile } from './settings-schema.ts';
import { type Mistake, SupergraphDocument } from './supergraph-document.ts';

/** Address, schema and call settings of one subgraph. */
export interface SubgraphSettings {
  readonly name: string;
  /** Its address, or that of its first instance. */
  readonly routingUrl: string;
  /** Addresses of its instances; undefined if it has only `routingUrl`. */
  readonly routingUrls?: readonly string[];
  readonly schema: SchemaSource;
  /** Time limit of one call, from connecting to the last byte. */
  readonly timeoutMs: number;
  readonly retry?: RetrySettings;
  readonly circuitBreaker?: CircuitBreakerSettings;
  /** Secret of its own, or false for none; undefined if it has the shared one. */
  readonly secret?: string | false;
  /** Certificates for its calls; undefined for none of its own, and Node's authorities. */
  readonly certificates?: Certificates | undefined;
  /** False if it isn't asked for compressed replies. */
  readonly compressedReplies?: boolean;
}

/** Returns the secret that is sent to a subgraph; undefined if none is. */
export function secretOf({ secret }: SubgraphSettings, shared: string | undefined): string | undefined {
  return secret === undefined ? shared : secret || undefined;
}

/** Source of a schema in Federation SDL: its text, the absolute path of its file, or the URL of the subgraph to fetch it from. */
export type SchemaSource = { readonly sdl: string } | { readonly file: string } | { readonly subgraph_url: string };

/** Settings of a supergraph file. */
export interface SupergraphSettings {
  readonly subgraphs: readonly SubgraphSettings[];
  readonly gateway: GatewaySettings;
}

/** A supergraph file, and the environment that overrides parts of it. */
export interface SupergraphSource {
  /** Absolute path of the file. */
  readonly supergraphFile: string;
  /** Values of `${env.NAME}` in the file. */
  readonly env: NodeJS.ProcessEnv;
  readonly overrides: readonly Override[];
}

/** A valid supergraph file. */
export interface SupergraphReading extends SupergraphValues {
  readonly settings: SupergraphSettings;
  /** Text of the file. */
  readonly text: string;
}

/** Values of a supergraph file, and their origins. */
export interface SupergraphValues {
  readonly document: SupergraphDocument;
  /** Values as the file spells them, after overrides. */
  readonly values: unknown;
  /** Overrides that had an effect. */
  readonly overrides: readonly Override[];
}

/**
 * Reads a supergraph file in rover's format. Paths in it are relative to it.
 *
 * @throws {ConfigurationError} listing every mistake: its line, its key, the value found, and what to give instead
 */
export function readSupergraphFile({ supergraphFile: file, env, overrides }: SupergraphSource): SupergraphReading {
  const text = readText(file);
  const document = new SupergraphDocument(text, env);
  const parsed = document.isReadable ? parse(document, overrides) : undefined;
  const mistakes = [...document.mistakes];
  if (parsed?.result.error) mistakes.push(...ownMistakes(parsed.result.error.issues, document));
  if (mistakes.length > 0 || !parsed?.result.data) throw toError(file, mistakes);
  const { values, overrides: effective } = parsed;
  return { settings: toSettings(parsed.result.data, file), text, document, values, overrides: effective };
}

/** Returns the values in a text that {@link readSupergraphFile} has read before. */
export function valuesIn(text: string, { env, overrides }: SupergraphSource): SupergraphValues {
  const document = new SupergraphDocument(text, env);
  const { values, overrides: effective } = parse(document, overrides);
  return { document, values, overrides: effective };
}

function toSettings({ subgraphs, gateway }: z.output<typeof supergraphFile>, file: string): SupergraphSettings {
  const entries = Object.entries(subgraphs);
  const { tls, ...own } = gateway;
  const expected = Object.fromEntries(entries.map(([name, { expectedErrors }]) => [name, expectedErrors]));
  const headers = Object.fromEntries(entries.map(([name, { headers }]) => [name, headers]));
  return {
    subgraphs: entries.map(([name, { expectedErrors: _, headers: __, schema, tls, ...settings }]) => ({
      ...settings,
      name,
      ...(tls && { certificates: readCertificates(tls, dirname(file), `subgraphs.${name}.tls`) }),
      schema: 'file' in schema ? { file: resolve(dirname(file), schema.file) } : schema,
    })),
    gateway: {
      ...withAbsoluteModules(own, dirname(file)),
      ...(tls.supergraph && {
        certificates: readCertificates(tls.supergraph, dirname(file), 'gateway.tls.supergraph'),
      }),
      subgraphErrors: { ...gateway.subgraphErrors, expected },
      persistedQueries: readManifests(gateway.persistedQueries, dirname(file)),
      headers: toHeaderSettings(gateway.headers, headers),
      telemetry: withAbsoluteFile(gateway.telemetry, dirname(file)),
    },
  };
}

function withAbsoluteFile(telemetry: ParsedGateway['telemetry'], folder: string): ParsedGateway['telemetry'] {
  const { fieldUsage } = telemetry;
  if (fieldUsage?.file === undefined) return telemetry;
  return { ...telemetry, fieldUsage: { ...fieldUsage, file: resolve(folder, fieldUsage.file) } };
}

type ParsedGateway = z.output<typeof supergraphFile>['gateway'];

/** Makes the paths of hook modules absolute, and adds a version that changes with their files. */
function withAbsoluteModules(gateway: Omit<ParsedGateway, 'tls'>, folder: string): Omit<ParsedGateway, 'tls'> {
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
    throw new ConfigurationError(`The supergraph file can't be read: ${reason}. Set SUPERGRAPH_FILE to its path.`);
  }
}

/** Validates the document, and again if the text of a variable may be the number or boolean that is expected. */
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

/** Returns the mistakes that are not consequences of a variable that could not be replaced. */
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
  // Two rules of one key may report the same mistake.
  return new ConfigurationError(`The supergraph file can't be used:\n  ${[...new Set(list)].join('\n  ')}`);
}
