import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'graphql';
import { heapGrowth } from '../testing/heap-growth.ts';
import { dataBytes, documentBytes, textBytes } from './heap-bytes.ts';

const COUNT = 50;

/** Bytes that documents hold together as they are measured, so that little else on the heap matters. */
const ENOUGH_BYTES = 2_000_000;

/** Documents that hold much for their length, each different for each index. */
const DOCUMENTS: Readonly<Record<string, (index: number) => string>> = {
  'a field': (index) => `{a${index}}`,
  fields: (index) => `{a${index}${' id'.repeat(200)}}`,
  'distinct fields': (index) => `{${times(100, (at) => ` f${index}x${at}`)}}`,
  'long names': (index) => `{${times(100, (at) => ` aNameOfTwentyLettersOrMore${index}x${at}`)}}`,
  'nested fields': (index) => `{a${index}${'{a'.repeat(200)}${'}'.repeat(200)}}`,
  aliases: (index) => `{a${index}${' a:b'.repeat(100)}}`,
  'lists of lists': (index) => `{a${index}(a:${'['.repeat(200)}${']'.repeat(200)})}`,
  numbers: (index) => `{a${index}(a:[${'1 '.repeat(200)}])}`,
  'empty objects': (index) => `{a${index}(a:[${'{}'.repeat(200)}])}`,
  'empty strings': (index) => `{a${index}(a:[${'"" '.repeat(200)}])}`,
  'a long string': (index) => `{a${index}(a:"${'x'.repeat(3000)}")}`,
  'two-byte characters': (index) => `{a${index}(a:"${'\u{1f600}'.repeat(1000)}")${' id'.repeat(100)}}`,
  directives: (index) => `{a${index}${' a@b'.repeat(100)}}`,
  variables: (index) => `query(${times(100, (at) => `$v${at}:ID!`)}){a${index}}`,
  spreads: (index) => `{a${index}${'...A'.repeat(100)}}`,
  'inline fragments': (index) => `{a${index}${'...{a}'.repeat(100)}}`,
  comments: (index) => `{a${index}${' #x\n'.repeat(200)}}`,
};

for (const [name, document] of Object.entries(DOCUMENTS)) {
  test(`counts what a document holds: ${name}`, async () => {
    const length = Math.ceil(ENOUGH_BYTES / documentBytes(parse(document(0))));
    const bodies = Array.from({ length }, (_, index) => Buffer.from(document(index)));
    const read = (body: Buffer) => parse(body.toString());
    bodies.slice(0, COUNT).forEach(read);
    const { bytes, result } = await heapGrowth(() => bodies.map(read));
    const counted = result.reduce((sum, one) => sum + documentBytes(one), 0);
    assertBound(counted, bytes);
  });
}

test('counts what data hold', async () => {
  const make = (index: number) => ({
    claims: { sub: `user-${index}`, scopes: Array.from({ length: 20 }, (_, at) => `scope-${index}-${at}`) },
    byName: new Map(Array.from({ length: 20 }, (_, at) => [`name-${index}-${at}`, new Map([[`${index}.${at}`, []]])])),
    all: new Set(Array.from({ length: 20 }, (_, at) => `one-${index}-${at}`)),
  });
  const { bytes, result } = await heapGrowth(() => Array.from({ length: COUNT }, (_, index) => make(index)));
  assertBound(
    result.reduce((sum, one) => sum + dataBytes(one), 0),
    bytes,
  );
});

test('counts shared and circular data once', () => {
  const shared = { text: 'x'.repeat(1000) };
  const one = { shared, self: {} };
  one.self = one;
  assert.ok(dataBytes([one, shared, one]) < 1500);
});

test('counts two bytes a character of a text beyond Latin-1', () => {
  assert.equal(textBytes('\u00e4'.repeat(1000)), 1016);
  assert.equal(textBytes('\u20ac'.repeat(1000)), 2016);
});

/** Checks that the count is an upper bound, and not much more. */
function assertBound(counted: number, held: number): void {
  const ratio = counted / held;
  assert.ok(ratio > 0.97 && ratio < 1.7, `${counted} counted, ${held} held: ${ratio.toFixed(2)}`);
}

function times(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('');
}
