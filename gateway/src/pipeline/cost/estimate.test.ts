import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { type GraphQLError, getIntrospectionQuery, graphql, Kind, parse, validate } from 'graphql';
import { loadPlanner } from '../../planning/load-planner.ts';
import { CostEstimates } from './cost-estimates.ts';

// The examples of Apollo Router's documentation, and IBM's rules beyond them.

const LIST_SIZE = 10;

const LIBRARY = `
  type Query {
    book(id: ID!): Book
    bestsellers: [Book]
    fewBestsellers: [Book] @listSize(assumedSize: 5)
    newest(first: Int = 3, last: Int): [Book] @listSize(slicingArguments: ["first", "last"], assumedSize: 7, requireOneSlicingArgument: false)
    either(first: Int, last: Int): [Book] @listSize(slicingArguments: ["first", "last"])
    page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["books", "shelves"], requireOneSlicingArgument: false)
    search(filter: Filter, words: [String!] @cost(weight: 2), deep: Boolean @cost(weight: 6)): Int
    media: Media
    thing: Thing
    rated(rating: Rating): Rating
  }
  type Mutation { addBook(title: String): Book  rename: Int }
  type Book implements Thing { title: String author: Author publisher: Publisher appraisal: Int @cost(weight: 4) }
  type Author { name: String }
  type Publisher { name: String address: Address }
  type Address @cost(weight: 5) { zipCode: Int }
  type Page { books: [Book] shelves: [Shelf] count: Int }
  type Shelf { name: String }
  type Film implements Thing @cost(weight: 8) { title: String appraisal: Int @cost(weight: 9) }
  union Media = Book | Film
  interface Thing { title: String appraisal: Int }
  input Filter { year: Int @cost(weight: 3) genre: String and: Filter }
  enum Rating @cost(weight: 11) { GOOD BAD }
`;

const library = await estimatesOf(LIBRARY, '"@cost", "@listSize"');

const ESTIMATES: [name: string, operation: string, cost: number, variables?: Record<string, unknown>][] = [
  ['an object costs 1, a leaf nothing', '{ book(id: 1) { title author { name } } }', 2],
  ['a type can cost more', '{ book(id: 1) { publisher { address { zipCode } } } }', 1 + 1 + 5],
  ['a list costs what so many elements do', '{ bestsellers { title author { name } } }', 10 * 2],
  ['an assumed size', '{ fewBestsellers { title author { name } } }', 5 * 2],
  ['lists in a list', '{ a: bestsellers { author { name } } b: fewBestsellers { title } }', 10 * 2 + 5],
  ['a slicing argument', '{ newest(first: 4) { title } }', 4],
  ['its default', '{ newest { title } }', 3],
  ['by a variable', 'query ($n: Int) { newest(first: $n) { title } }', 6, { n: 6 }],
  ["the variable's default", 'query ($n: Int = 2) { newest(first: $n) { title } }', 2],
  ['a variable that is left out', 'query ($n: Int) { newest(first: $n) { title } }', 3],
  ['null: the assumed size', '{ newest(first: null) { title } }', 7],
  ['the larger of two', '{ newest(first: 4, last: 9) { title } }', 9],
  ['no credit for a negative one', '{ newest(first: -100) { title } book(id: 1) { title } }', 1],
  ['the one that is required', '{ either(last: 2) { title } }', 2],
  ['sized fields', '{ page(first: 4) { count books { title } shelves { name } } }', 1 + 4 + 4],
  ['sized fields through a fragment', '{ page(first: 4) { ...B } } fragment B on Page { books { title } }', 1 + 4],
  ['sized fields of unknown size', '{ page { books { title } } }', 1 + 10],
  ['a field can cost more', '{ book(id: 1) { appraisal } }', 1 + 4],
  ['an argument', '{ search(deep: true) }', 6],
  ['null is no argument', '{ search(deep: null) }', 0],
  ['a list of them', '{ search(words: ["a", "b"]) }', 2 + 2 * 2],
  [
    'an input object costs 1, its fields what they say',
    '{ search(filter: { year: 1, and: { genre: "x" } }) }',
    1 + 3 + 1,
  ],
  ['the same in a variable', 'query ($f: Filter) { search(filter: $f) }', 1 + 3 + 1, { f: { year: 1, and: {} } }],
  ['a variable in it', 'query ($y: Int) { search(filter: { year: $y }) }', 1 + 3, { y: 5 }],
  ['an enum, given and returned', '{ rated(rating: GOOD) }', 11 + 11],
  ['a mutation costs 10 more', 'mutation { addBook(title: "x") { title } rename }', 10 + 1],
  [
    'an abstract type costs what the dearest of its types does',
    '{ media { __typename } thing { appraisal } }',
    8 + 8 + 9,
  ],
  [
    'what is selected twice costs once',
    '{ book(id: 1) { ...A ...A author { name } } } fragment A on Book { author { name } }',
    2,
  ],
  ['what is skipped costs nothing', '{ book(id: 1) @skip(if: true) { title } thing @include(if: false) { title } }', 0],
  [
    'by a variable too',
    'query ($no: Boolean!) { book(id: 1) { author @include(if: $no) { name } } }',
    1,
    { no: false },
  ],
  ['unless it is selected elsewhere', '{ book(id: 1) @skip(if: true) { title } book(id: 1) { author { name } } }', 2],
  ['in a fragment that is skipped', '{ ... @skip(if: true) { book(id: 1) { title } } }', 0],
];

describe('the estimate', () => {
  for (const [name, operation, cost, variables] of ESTIMATES) {
    test(`${name}: ${cost}`, async () => assert.equal(library.cost(operation, variables), cost));
  }

  test('rejects none or two slicing arguments if one is required', async () => {
    const code = { extensions: { code: 'BAD_USER_INPUT', arguments: ['first', 'last'], http: { status: 400 } } };
    for (const given of ['', '(first: 1, last: 2)', '(first: null)']) {
      assert.throws(() => library.cost(`{ either${given} { title } }`), code);
    }
    assert.equal(library.cost('{ either @skip(if: true) { title } }'), 0);
  });

  test('reads the directives under any imported name', async () => {
    const sdl = `
      type Query { a(first: Int @price(weight: 3)): [A] @federation__listSize(slicingArguments: ["first"]) }
      type A @price(weight: 7) { id: ID }`;
    const estimate = await estimatesOf(sdl, '{ name: "@cost", as: "@price" }');
    assert.equal(estimate.cost('{ a(first: 2) { id } }'), 2 * 7 + 3);
  });

  test('estimates a graph without the directives', async () => {
    const estimate = await estimatesOf('type Query { all: [A] } type A { id: ID }', '"@key"');
    assert.equal(estimate.cost('{ all { id } }'), LIST_SIZE);
  });
});

test('makes the estimate once if it depends on no variable that counts', () => {
  for (const [query, constant] of [
    ['{ newest(first: 4) { title author { name } } }', 8],
    ['query ($id: ID!) { book(id: $id) { title } }', 1],
    ['query ($id: ID!) { book(id: $id) { title } fewBestsellers { title } }', 6],
    ['query ($n: Int) { newest(first: $n) { title } }', undefined],
    ['query ($on: Boolean!) { bestsellers @include(if: $on) { title } }', undefined],
    ['query ($year: Int) { search(filter: { year: $year }) }', undefined],
    ['query ($on: Boolean!) { book(id: 1) { title @include(if: $on) } }', 1],
  ] as const) {
    assert.equal(library.constant(query), constant, query);
  }
});

test('counts introspection by about as many objects as it gives', async () => {
  for (const query of [
    '{ __schema { types { name } } }',
    '{ __schema { types { fields { name type { name } args { name type { name } } } enumValues { name } } } }',
    '{ a: __schema { types { name } } b: __schema { types { possibleTypes { name } inputFields { name } } } }',
    '{ __schema { directives { args { name } } } }',
  ]) {
    const [cost, objects] = [library.cost(query), await library.introspection(query)];
    assert.ok(cost >= objects * 0.7 && cost <= objects * 1.3, `${query}: ${cost} for ${objects} objects`);
  }
  assert.ok(library.cost(getIntrospectionQuery()) < 5000);
});

function countObjects(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : 1;
  return Object.values(value).reduce((sum: number, inner) => sum + countObjects(inner), own);
}

async function estimatesOf(sdl: string, imports: string) {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;
  const { supergraphSdl, errors } = composeServices([
    { name: 'library', url: 'http://library', typeDefs: parse(link + sdl) },
  ]);
  if (errors) throw new Error(errors.map(({ message }: GraphQLError) => message).join('\n'));
  const { apiSchema, directives } = await loadPlanner(supergraphSdl);
  const estimates = new CostEstimates(apiSchema, directives.costs, LIST_SIZE);
  const estimateOf = (text: string) => {
    const document = parse(text);
    assert.deepEqual(validate(apiSchema, document), []);
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    if (!operation) throw new Error('no operation');
    return estimates.of({ document, operation, queryHash: text, operationName: undefined });
  };
  return {
    cost: (text: string, variables: Record<string, unknown> = {}) => estimateOf(text).of(variables),
    constant: (text: string) => estimateOf(text).constant,
    introspection: async (text: string) => {
      const { data } = await graphql({ schema: apiSchema, source: text });
      return countObjects(data);
    },
  };
}
