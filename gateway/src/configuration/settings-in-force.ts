import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { stringify } from 'yaml';
import { type JsonSchema, propertiesOf, schemasAt } from './json-schema.ts';
import { withoutSecrets } from './secrets.ts';
import type { KeyPath } from './supergraph-document.ts';
import {
  readSupergraphFile,
  type SupergraphReading,
  type SupergraphSource,
  type SupergraphValues,
} from './supergraph-file.ts';

/** Rightmost column in which comments start. */
const MAX_COMMENT_COLUMN = 60;

/** A line of the described file. */
interface Line {
  readonly text: string;
  /** Origin of its value; empty if the line has none, but a mapping below it. */
  readonly source: string;
  readonly path: KeyPath;
  readonly value: unknown;
  /** Value on one line, without secrets. */
  readonly shown: string;
}

/**
 * Describes the settings in force as a supergraph file that sets every key. A comment gives the origin of each value: the
 * file, the environment or the default. Secrets are masked.
 *
 * @throws {ConfigurationError} if {@link readSupergraphFile} does, or a schema's file is missing
 */
export function describeSettings(source: SupergraphSource): string {
  const reading = readSupergraphFile(source);
  checkSchemaFiles(reading, source.supergraphFile);
  const lines = new Description(reading, basename(source.supergraphFile)).linesOf([]);
  const longest = Math.max(...lines.filter(({ source }) => source !== '').map(({ text }) => text.length));
  const column = Math.min(longest, MAX_COMMENT_COLUMN);
  return lines.map(({ text, source }) => `${source === '' ? text : `${text.padEnd(column)}  # ${source}`}\n`).join('');
}

/** Returns the line of every setting, with its default if the file doesn't set it. Those that are off have none. */
export function settingsOf(values: SupergraphValues): Line[] {
  return new Description(values, '').linesOf([]).filter(({ source }) => source !== '');
}

function checkSchemaFiles({ settings, document }: SupergraphReading, file: string): void {
  const mistakes = settings.subgraphs.flatMap(({ name, schema }) => {
    if (!('file' in schema) || existsSync(schema.file)) return [];
    const path = ['subgraphs', name, 'schema', 'file'];
    return [`${file}:${document.lineOf(path)}: ${path.join('.')}: there is no file ${schema.file}`];
  });
  if (mistakes.length > 0)
    throw new ConfigurationError(`The supergraph file can't be used:\n  ${mistakes.join('\n  ')}`);
}

class Description {
  readonly #reading: SupergraphValues;
  readonly #fileName: string;

  constructor(reading: SupergraphValues, fileName: string) {
    this.#reading = reading;
    this.#fileName = fileName;
  }

  /** Returns the lines of the mapping at the path. */
  linesOf(path: KeyPath): Line[] {
    const given = this.#valueAt(path);
    const named = new Map(schemasAt(path).flatMap(propertiesOf));
    const keys = new Set([...named.keys(), ...(isRecord(given) ? Object.keys(given) : [])]);
    return [...keys].flatMap((key) => this.#linesAt([...path, key], named.get(key)));
  }

  #linesAt(path: KeyPath, schema: JsonSchema | undefined): Line[] {
    const value = this.#valueAt(path) ?? schema?.default;
    const indent = '  '.repeat(path.length - 1);
    const key = path.at(-1) ?? '';
    if (value === undefined) return []; // off
    if (isRecord(value)) {
      const lines = this.linesOf(path);
      return lines.length === 0 ? [] : [{ text: `${indent}${key}:`, source: '', path, value, shown: '' }, ...lines];
    }
    const shown = toYaml(this.#shown(path, value));
    return [{ text: `${indent}${key}: ${shown}`, source: this.#sourceOf(path), path, value, shown }];
  }

  #valueAt(path: KeyPath): unknown {
    return path.reduce<unknown>((value, key) => {
      if (Array.isArray(value)) return value[Number(key)];
      return isRecord(value) ? value[key] : undefined;
    }, this.#reading.values);
  }

  #sourceOf(path: KeyPath): string {
    const overrides = this.#reading.overrides.filter((override) => override.path.join('.') === path.join('.'));
    const deciding = overrides.filter(({ isDefault }) => !isDefault).map(({ variable }) => variable);
    if (deciding.length > 0) return `environment variable ${deciding.join(', ')}`;
    if (overrides.length > 0) return 'default with NODE_ENV=production';
    const { document } = this.#reading;
    const value = document.valueAt(path);
    if (value === undefined) return 'default';
    const names = this.#variablesIn(path, value);
    const place = `${this.#fileName}:${document.lineOf(path)}`;
    return names.length === 0 ? place : `${place}, environment variable ${names.join(', ')}`;
  }

  /** Returns the variables in the file's value at the path or below it. */
  #variablesIn(path: KeyPath, value: unknown): string[] {
    const own = this.#reading.document.expansionAt(path)?.names ?? [];
    return [...own, ...childrenOf(value).flatMap(([key, child]) => this.#variablesIn([...path, key], child))];
  }

  #shown(path: KeyPath, value: unknown): unknown {
    const variables = this.#reading.document.expansionAt(path)?.names ?? [];
    const shown = withoutSecrets(value, schemasAt(path), variables);
    if (Array.isArray(shown)) return shown.map((item, index) => this.#shown([...path, String(index)], item));
    if (!isRecord(shown)) return shown;
    return Object.fromEntries(childrenOf(shown).map(([key, child]) => [key, this.#shown([...path, key], child)]));
  }
}

function childrenOf(value: unknown): [key: string, value: unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** Writes a value on one line. */
function toYaml(value: unknown): string {
  if (typeof value === 'string' && value.includes('\n')) return JSON.stringify(value);
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}
