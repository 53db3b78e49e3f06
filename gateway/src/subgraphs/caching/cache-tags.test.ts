import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { FetchRequest, fetchConstants } from '../../execution/fetching/fetch-request.ts';
import { CacheTags } from './cache-tags.ts';

const schema = buildSchema(`
  input Place { x: Int }
  enum Size { SMALL LARGE }
  type Query { book(id: ID, at: Place = { x: 3 }, size: Size = SMALL): Book other(id: ID): Book }
  type Book { id: ID }`);

const entityKeys = new Map([
  [
    'Book',
    [
      { subgraph: 'books', fields: ['id', 'place'] },
      { subgraph: 'books', fields: ['code', 'id'] },
      { subgraph: 'prices', fields: ['code'] },
    ],
  ],
]);

/** Tags with these formats in the subgraph `books`, on Book and on Query.book. */
function tagsOf(onType: readonly string[], onField: readonly string[] = []): CacheTags | undefined {
  const price = { type: 'Book', field: undefined, subgraph: 'prices', format: 'price' };
  const cacheTags = [
    ...onType.map((format) => ({ ...price, subgraph: 'books', format })),
    ...onField.map((format) => ({ type: 'Query', field: 'book', subgraph: 'books', format })),
    price,
  ];
  return CacheTags.of({ cacheTags, entityKeys }, schema);
}

test('makes tags of an entity’s key, for the subgraphs that have them', () => {
  const tags = tagsOf(['book-{$key.id}', 'books', '{ $key.id }{$key.id.x}!']);
  const key = { id: '7', code: 'c' };
  assert.deepEqual(tags?.ofEntity('books', 'Book', key), ['book-7', 'books', '7!']);
  assert.deepEqual(tags?.ofEntity('books', 'Book', { code: 'c' }), ['book-', 'books', '!']);
  assert.deepEqual(tags?.ofEntity('books', 'Book', { id: { a: [1] } }), ['book-{"a":[1]}', 'books', '{"a":[1]}!']);
  assert.deepEqual(tags?.ofEntity('prices', 'Book', key), ['price']);
  assert.deepEqual(tags?.ofEntity('books', 'Other', key), []);
});

test('makes tags of the arguments of root fields, as they are sent', () => {
  const tags = tagsOf([], ['{$args.id}/{$args.at.x}/{$args.size}']);
  const of = (operation: string, variables: Record<string, unknown> = {}, serviceName = 'books') => {
    const constants = fetchConstants({ serviceName, operation, operationName: undefined }, 'query');
    return tags?.ofRoot(new FetchRequest(constants, variables, undefined));
  };
  assert.deepEqual(of('{ book(id: "1") { id } }'), ['1/3/SMALL']);
  assert.deepEqual(of('{ a: book(id: 1, at: { x: 4 }, size: LARGE) { id } book { id } }'), ['1/4/LARGE', '/3/SMALL']);
  const variable =
    'query ($id: ID, $x: Int, $size: Size) { ... on Query { book(id: $id, at: { x: $x }, size: $size) { id } } }';
  assert.deepEqual(of(variable, { id: 'a', x: 1, size: 'LARGE' }), ['a/1/LARGE']);
  assert.deepEqual(of(variable, { id: null }), ['//SMALL']);
  assert.deepEqual(of('{ other(id: 1) { id } }'), []);
  assert.deepEqual(of('{ book { id } }', {}, 'prices'), []);
});

test('has none if the schemas have none', () => {
  assert.equal(CacheTags.of({ cacheTags: [], entityKeys }, schema), undefined);
});

for (const [format, onField, message] of [
  ['{$key.code}', [], '{$key.code} has a name that is not there; there are: id'],
  ['{$args.id}', [], 'give {$key.NAME} instead of {$args.id}'],
  ['{$key}', [], 'give {$key.NAME} instead of {$key}'],
  ['{$key.id->first}', [], 'give {$key.NAME} instead of {$key.id->first}'],
  ['a{b', [], 'a brace has no other one'],
  ['a', ['{$args.code}'], '{$args.code} has a name that is not there; there are: id, at, size'],
] as const) {
  test(`refuses a format that can't be a tag: ${format} ${onField}`, () => {
    const at = onField.length > 0 ? [...onField, 'Query.book'] : [format, 'Book'];
    assert.throws(() => tagsOf([format], onField), {
      name: 'ConfigurationError',
      message: `@cacheTag(format: ${JSON.stringify(at[0])}) on ${at[1]} in the subgraph books: ${message}`,
    });
  });
}
