import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildSchema, parse, print, stripIgnoredCharacters } from 'graphql';
import { assertSame } from '../../operations/testing/assert-same.ts';
import { Federation } from '../../operations/testing/federation.ts';
import { plannableSelections } from './plannable-selections.ts';

const schema = buildSchema(`
  type Query { page: Page books: [Book] node: Node }
  interface Node { id: ID! }
  type Page implements Node { id: ID! title: String }
  type Book implements Node { id: ID! title: String next: Book }
`);

function plannable(query: string): string {
  return stripIgnoredCharacters(print(plannableSelections(parse(query), schema)));
}

describe('constant conditions', () => {
  for (const [query, expected] of [
    ['{ page { id @include(if: true) title @skip(if: false) } }', '{page{id title}}'],
    ['{ page { id @include(if: false) title } }', '{page{title}}'],
    ['{ page { id ... @skip(if: true) { title } } }', '{page{id}}'],
    ['{ page { id ...P @skip(if: true) } } fragment P on Page { title }', '{page{id}}fragment P on Page{title}'],
    ['{ page { id @include(if: false) } }', '{page{__typename}}'],
    ['{ page @skip(if: true) { id } }', '{__typename}'],
    [
      'query($s: Boolean!) { page { id title @skip(if: false) @include(if: $s) } }',
      'query($s:Boolean!){page{id title@include(if:$s)}}',
    ],
  ] as const) {
    test(query, () => assert.equal(plannable(query), expected));
  }
});

describe('an object that may be left without a field is asked for its __typename', () => {
  for (const selections of [
    'page { id @skip(if: $s) }',
    'page { ... @skip(if: $s) { id } }',
    'page { ... on Node { ... on Book { title } } }',
    'node { ... on Page { ... on Book { title } } }',
  ]) {
    test(selections, () =>
      assert.match(plannable(`query($s: Boolean) { ${selections} }`), /\{(page|node)\{.+ ?__typename\}\}$/),
    );
  }
});

describe('an object that has a field anyway is left alone', () => {
  for (const selections of [
    'page { title id @skip(if: $s) }',
    'page { ... on Node { id } }',
    'node { ... on Page { id } ... on Book @skip(if: $s) { id } }',
    'books { ... { next { id } } }',
  ]) {
    test(selections, () => assert.doesNotMatch(plannable(`query($s: Boolean) { ${selections} }`), /__typename/));
  }
});

test('fragments in fragments are gone through once, however many ways lead to them', () => {
  const fragments = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Book { ...F${n + 1} ...F${n + 1} }`);
  const leaf = 'fragment F60 on Book { id @skip(if: $s) }';
  assert.match(
    plannable(`query($s: Boolean) { books { ...F0 } } ${fragments.join(' ')} ${leaf}`),
    /\.\.\.F0 __typename/,
  );
});

describe('an answer has what was asked for, and only that was fetched', () => {
  const federation = new Federation({
    subgraphs: {
      pages: `type Query { page: Page } interface Node { id: ID! }
        type Page implements Node @key(fields: "id") { id: ID! title: String } type Book implements Node { id: ID! name: String }`,
      texts: 'type Page @key(fields: "id") { id: ID! text: String! other: String }',
    },
    data: { Page: [{ __typename: 'Page', id: '1' }] },
    resolvers: {
      Query: { page: () => ({ id: '1' }) },
      Page: { text: () => Promise.reject(new Error('nobody may ask')) },
    },
  });

  for (const query of [
    'query ($s: Boolean = false) { page @skip(if: $s) { ...N } } fragment N on Node { ...B } fragment B on Book { name }',
    'query ($s: Boolean = false) { page @skip(if: $s) { title other text @include(if: false) } }',
    'query ($s: Boolean = false) { page { title ... @skip(if: $s) { other text @skip(if: true) } } }',
  ]) {
    test(query, async () => {
      await assertSame(federation, query);
      assert.doesNotMatch(federation.calls.map((call) => call.query).join(), /text/);
    });
  }
});
