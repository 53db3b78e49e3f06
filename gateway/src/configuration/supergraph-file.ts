import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { CircuitBreakerSettings, RetrySettings } from './sections/resilience.ts';
import { type GatewaySettings, supergraphFile } from './supergraph-schema.ts';
import { expandVariables } from './variables.ts';

/** Where one subgraph is, what it says it can do, and how it is called. */
export interface SubgraphSettings {
  readonly name: string;
  readonly routingUrl: string;
  /** The schema's text in federation's SDL, or the file that has it, as an absolute path. */
  readonly schema: { readonly sdl: string } | { readonly file: string };
  /** How long one call may take, from connecting to the last byte. */
  readonly timeoutMs: number;
  readonly retry?: RetrySettings;
  readonly circuitBreaker?: CircuitBreakerSettings;
}

/** What a supergraph file says. */
export interface SupergraphSettings {
  readonly subgraphs: readonly SubgraphSettings[];
  readonly gateway: GatewaySettings;
}

/** One thing wrong with the file. */
interface Mistake {
  line: number;
  /** The key's path, `subgraphs.a.timeout`; empty for the file as a whole. */
  path: string;
  message: string;
}

/**
 * Reads a supergraph file in rover's format. Paths in it are relative to it.
 *
 * @param env what `${env.NAME}` in it stands for
 * @throws {ConfigurationError} with every mistake: line, key, what was found, what would do
 */
export function readSupergraphFile(file: string, env: NodeJS.ProcessEnv): SupergraphSettings {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const mistakes: Mistake[] = document.errors.map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    path: '',
    message: error.message,
  }));
  if (mistakes.length === 0) mistakes.push(...expand(document, lines, env));
  const result = supergraphFile.safeParse(document.toJS());
  if (mistakes.length === 0 && !result.success) {
    mistakes.push(...result.error.issues.flatMap((issue) => toMistakes(issue, document, lines)));
  }
  if (mistakes.length > 0 || !result.success) throw toError(file, mistakes);
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

/** Replaces the variables in every text of the document. */
function expand(document: Document, lines: LineCounter, env: NodeJS.ProcessEnv): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return;
      const expanded = expandVariables(node.value, env);
      node.value = expanded.text;
      const line = lines.linePos(node.range?.[0] ?? 0).line;
      mistakes.push(...expanded.mistakes.map((message) => ({ line, path: '', message })));
    },
  });
  return mistakes;
}

function toMistakes(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): Mistake[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const message = 'is no key of this file';
    return issue.keys.map((key) => ({
      line: lineOf([...path, key], document, lines),
      path: [...path, key].join('.'),
      message,
    }));
  }
  const node = document.getIn(path, true);
  const found = isScalar(node) ? ` ${JSON.stringify(node.value)}:` : node === undefined ? ' is missing:' : '';
  return [
    { line: lineOf(path, document, lines), path: path.join('.'), message: `${found.trim()} ${issue.message}`.trim() },
  ];
}

/** The line of the key, or of the nearest one above it that is there. */
function lineOf(path: readonly string[], document: Document, lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return lines.linePos(Number(node.range[0])).line;
    }
  }
  return 1;
}

function toError(file: string, mistakes: readonly Mistake[]): ConfigurationError {
  const list = mistakes.map(
    ({ line, path, message }) => `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  return new ConfigurationError(`The supergraph file can't be used:\n  ${list.join('\n  ')}`);
}
