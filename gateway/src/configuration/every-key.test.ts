import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysOfFile } from './json-schema.ts';
import { mistakesOf } from './testing/written-file.ts';

const NAME = 'a';
const SUBGRAPH = { routing_url: 'http://a:1/', schema: { sdl: 'type Query { a: Int }' } };

/** A value that no key accepts: there are no lists of lists. */
const WRONG = [[[]]];

/** Fills in the placeholders of a key's path. */
function namesOf(path: readonly string[]): string[] {
  return path.map((name) => ({ NAME, N: '0' })[name] ?? name);
}

/** Returns the smallest file with the value at that path. */
function fileWith(names: readonly string[], value: unknown): string {
  const [root = '', ...below] = names;
  const nested = below.reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : { [name]: inner }), value);
  if (root !== 'subgraphs') return JSON.stringify({ subgraphs: { [NAME]: SUBGRAPH }, [root]: nested });
  const subgraph = Object(nested)[NAME];
  return JSON.stringify({ subgraphs: { [NAME]: { ...SUBGRAPH, ...subgraph } } });
}

/** Returns true if the parent has several forms, each with its own key: the advice may then be about the parent. */
function isOneOfForms(path: readonly string[]): boolean {
  return path.at(-2) === 'schema';
}

for (const { path, schema } of keysOfFile().filter((key) => key.schema.type !== 'object')) {
  test(`rejects a wrong value of ${path.join('.')} with advice`, () => {
    const names = namesOf(path);
    const mistakes = mistakesOf(fileWith(names, WRONG));
    const places = [`${names.join('.')}: `, `${names.join('.')}.0`];
    if (isOneOfForms(path)) places.push(`${names.slice(0, -1).join('.')}: `);
    const named = mistakes.filter((mistake) => places.some((place) => mistake.startsWith(`1: ${place}`)));
    assert.ok(named.length > 0, `${schema.description}\n${mistakes.join('\n')}`);
    for (const mistake of named) assert.match(mistake, /: .*(give|set|known keys:) /);
  });
}
