import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysOfFile } from './json-schema.ts';
import { mistakesOf } from './testing/written-file.ts';

const NAME = 'a';
const SUBGRAPH = { routing_url: 'http://a:1/', schema: { sdl: 'type Query { a: Int }' } };

/** What no key takes: nothing is a list of lists. */
const WRONG = [[[]]];

/** The names on the way to a key, with the placeholders of its path filled in. */
function namesOf(path: readonly string[]): string[] {
  return path.map((name) => ({ NAME, N: '0' })[name] ?? name);
}

/** A file with the value at that place and nothing else that there need not be. */
function fileWith(names: readonly string[], value: unknown): string {
  const [root = '', ...below] = names;
  const nested = below.reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : { [name]: inner }), value);
  if (root !== 'subgraphs') return JSON.stringify({ subgraphs: { [NAME]: SUBGRAPH }, [root]: nested });
  const subgraph = Object(nested)[NAME];
  return JSON.stringify({ subgraphs: { [NAME]: { ...SUBGRAPH, ...subgraph } } });
}

/** What is around it has several forms, each with a key of its own: what would do is then one of those. */
function isOneOfForms(path: readonly string[]): boolean {
  return path.at(-2) === 'schema';
}

for (const { path, schema } of keysOfFile().filter((key) => key.schema.type !== 'object')) {
  test(`${path.join('.')}: a wrong value is named, with what would do`, () => {
    const names = namesOf(path);
    const mistakes = mistakesOf(fileWith(names, WRONG));
    const places = [`${names.join('.')}: `, `${names.join('.')}.0`];
    if (isOneOfForms(path)) places.push(`${names.slice(0, -1).join('.')}: `);
    const named = mistakes.filter((mistake) => places.some((place) => mistake.startsWith(`1: ${place}`)));
    assert.ok(named.length > 0, `${schema.description}\n${mistakes.join('\n')}`);
    for (const mistake of named) assert.match(mistake, /: .*(give|set|known here) /);
  });
}
