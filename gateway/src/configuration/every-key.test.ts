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

/** Keys of numbers, durations and sizes for which nothing at all makes sense. */
const MAY_BE_ZERO = [
  ...['max_aliases', 'max_directives'].map((key) => `gateway.limits.${key}`),
  ...['gateway.demand_control.list_size', 'gateway.cors.max_age', 'gateway.telemetry.tracing.sampler'],
  ...['subgraphs.NAME.retry.interval', 'subgraphs.NAME.retry.budget'],
];

/** A usual value of each kind, none at all, and one that is too large, if there is any. */
const KINDS = [
  { usual: '1s', none: '0s', huge: '35792m' },
  { usual: '64mb', none: '0b', huge: '1048577mb' },
  { usual: 1, none: 0, huge: 2 ** 53 },
];

test('accepts no number, duration or size of nothing where that makes no sense, and none that is too large', () => {
  const found: string[] = [];
  const keys = keysOfFile().filter(({ path, schema: { type } }) => type !== 'object' && !isOneOfForms(path));
  for (const { path } of keys) {
    const accepts = (value: unknown) => {
      const names = namesOf(path);
      return !mistakesOf(fileWith(names, value)).some((mistake) => mistake.startsWith(`1: ${names.join('.')}:`));
    };
    const kind = KINDS.find(({ usual }) => accepts(usual) && !accepts('a'));
    if (!kind) continue;
    if (accepts(kind.none)) found.push(path.join('.'));
    assert.ok(!accepts(kind.huge), `${path.join('.')}: ${kind.huge}`);
  }
  assert.deepEqual(found.toSorted(), MAY_BE_ZERO.toSorted());
});
