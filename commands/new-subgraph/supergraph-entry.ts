import { variablePrefix } from '@lockstep/subgraph-kit/variable-prefix.ts';
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { CommandError } from '../terminal/command.ts';

// Adds and removes entries of supergraph.yaml by their lines, so that all others stay as they are, byte by byte.

/** Returns true if the text of a supergraph.yaml has a subgraph of that name. */
export function hasEntry(text: string, name: string): boolean {
  return pairOf(subgraphsOf(text), name) !== undefined;
}

/** Returns the text of a supergraph.yaml with a subgraph more, the last one. @throws {CommandError} if it isn't written in lines */
export function addEntry(text: string, name: string, port: number): string {
  const subgraphs = subgraphsOf(text);
  const last = subgraphs.items.at(-1);
  if (subgraphs.flow || last === undefined) {
    throw new CommandError(`supergraph.yaml: write one subgraph under another, then ${name} can be added`);
  }
  const { indent, end } = placeOf(text, last);
  const url = `\${env.${variablePrefix(name)}_URL:-http://127.0.0.1:${port}/graphql}`;
  const lines = [
    `${name}:`,
    `  routing_url: ${url}`,
    '  schema:',
    `    file: ./subgraphs/${name}/schema.graphql`,
    '  timeout: 2s',
    '  error_codes: [IDEMPOTENCY_KEY_REUSED]',
  ];
  const before = text.slice(0, end);
  const added = lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
  return `${before}${before.endsWith('\n') ? '' : '\n'}${added}${text.slice(end)}`;
}

/** Returns the text of a supergraph.yaml without that subgraph. @throws {CommandError} if it isn't written in lines */
export function removeEntry(text: string, name: string): string {
  const subgraphs = subgraphsOf(text);
  const pair = pairOf(subgraphs, name);
  if (!pair) return text;
  if (subgraphs.flow) throw new CommandError(`supergraph.yaml: remove ${name} yourself, it isn't on lines of its own`);
  const { start, end } = placeOf(text, pair);
  return text.slice(0, start) + text.slice(end);
}

function subgraphsOf(text: string): YAMLMap {
  const document = parseDocument(text);
  const subgraphs = document.get('subgraphs');
  if (document.errors.length === 0 && isMap(subgraphs)) return subgraphs;
  throw new CommandError('supergraph.yaml: this is no valid list of subgraphs; npm run compose says why');
}

function pairOf(subgraphs: YAMLMap, name: string): Pair | undefined {
  return subgraphs.items.find(({ key }) => isScalar(key) && key.value === name);
}

/** Returns the range of an entry's lines, its comments included, and the number of spaces that indent it. */
function placeOf(text: string, { key, value }: Pair): { start: number; end: number; indent: number } {
  const keyStart = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
  const start = text.lastIndexOf('\n', keyStart) + 1;
  const indent = keyStart - start;
  let end = lineAfter(text, isMap(value) ? lastCharacterOf(value) : keyStart);
  const comment = new RegExp(`^ {${indent + 1},}#.*(\\n|$)`);
  for (let found = comment.exec(text.slice(end)); found; found = comment.exec(text.slice(end))) end += found[0].length;
  return { start, end, indent };
}

/** Returns the position of the last character that belongs to a value: a block ends before blank lines and comments. */
function lastCharacterOf(map: YAMLMap): number {
  const last = map.items.at(-1);
  if (!map.flow && last && isMap(last.value)) return lastCharacterOf(last.value);
  const range =
    last && !map.flow && last.value && typeof last.value === 'object' && 'range' in last.value
      ? last.value.range
      : map.range;
  return Array.isArray(range) ? Number(range[1]) - 1 : 0;
}

function lineAfter(text: string, position: number): number {
  const newline = text.indexOf('\n', position);
  return newline === -1 ? text.length : newline + 1;
}
