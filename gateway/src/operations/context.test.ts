import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Federation } from './testing/federation.ts';

const SHELVES = `type Query { shelves: [Shelf] } type Shelf @key(fields: "id") { id: ID! books: [Book] }
  type Book @key(fields: "id") { id: ID! }`;
const ids = ['1', '2'];
const data = {
  Shelf: ids.map((id) => ({ __typename: 'Shelf', id, name: `n${id}`, place: { street: `s${id}` }, tags: [`t${id}`] })),
  Book: ids.map((id) => ({ __typename: 'Book', id: `b${id}`, title: `title ${id}` })),
};
const resolvers = {
  Query: { shelves: () => ids.map((id) => ({ id, books: [{ id: `b${id}` }] })) },
  Book: {
    label: ({ id }: Record<string, unknown>, { of }: Record<string, unknown>) => `${id} of ${JSON.stringify(of)}`,
  },
};

/** `Book.label` says the value of its context argument. */
function labels(
  field: string,
  type = 'String',
  shelf = 'name: String place: Place tags: [String]',
): Record<string, string> {
  return {
    shelves: SHELVES,
    labels: `type Shelf @key(fields: "id") @context(name: "shelf") { id: ID! ${shelf} } type Place { street: String }
      type Book @key(fields: "id") { id: ID! title: String label(of: ${type} @fromContext(field: "$shelf { ${field} }")): String }`,
  };
}

// A variation of https://github.com/apollographql/router/issues/8449
describe('a context value that needs a fetch of its own', () => {
  for (const [name, subgraphs, value] of [
    ['from the subgraph of the argument', labels('name'), (id: string) => `n${id}`],
    ['below another field', labels('place { street }'), (id: string) => `s${id}`],
    ['that is a list', labels('tags', '[String]'), (id: string) => [`t${id}`]],
    [
      'from a third subgraph',
      {
        ...labels('name', 'String', 'name: String @external'),
        names: 'type Shelf @key(fields: "id") { id: ID! name: String }',
      },
      (id: string) => `n${id}`,
    ],
  ] as const) {
    const federation = new Federation({ subgraphs, data, resolvers });
    const expected = ids.map((id) => ({ books: [{ label: `b${id} of ${JSON.stringify(value(id))}` }] }));

    test(`is waited for: ${name}`, async () => {
      const { data, errors } = await federation.execute('{ shelves { books { label } } }');
      assert.deepEqual([data, errors], [{ shelves: expected }, undefined]);
    });

    test(`is waited for if the client selects other fields beside: ${name}`, async () => {
      const { data } = await federation.execute(
        'query ($x: Boolean = false) { shelves { name: id books { label } id @skip(if: $x) } }',
      );
      const others = expected.map((shelf, index) => ({ name: ids[index], ...shelf, id: ids[index] }));
      assert.deepEqual(data, { shelves: others });
    });
  }
});

describe('a context value that can not be had', () => {
  const federation = new Federation({ subgraphs: labels('name'), data, resolvers });
  const query = '{ shelves { books { title label } } }';
  const titles = ids.map((id) => ({ books: [{ title: `title ${id}`, label: null }] }));

  test('costs the field whose argument it is, with the error of the call for it, and no other field', async () => {
    federation.tamper = (answer, call) => {
      return call.query.includes('on Shelf{name}') ? { errors: [{ message: 'no names today' }], data: null } : answer;
    };
    const { data, errors } = await federation.execute(query);
    assert.deepEqual(data, { shelves: titles });
    assert.deepEqual(
      errors?.map(({ message }) => message),
      ['no names today'],
    );
  });

  test('is an error at the field if the subgraph leaves it out', async () => {
    federation.tamper = (answer, call) => {
      return call.query.includes('on Shelf{name}') ? { data: { _entities: [{}, {}] } } : answer;
    };
    const { data, errors } = await federation.execute(query);
    assert.deepEqual(data, { shelves: titles });
    const paths = ids.map((_, index) => ['shelves', index, 'books', 0, 'label']);
    assert.deepEqual(
      errors?.map(({ path }) => path),
      paths,
    );
  });
});

describe('a context value that each type of an interface gives', () => {
  const federation = new Federation({
    subgraphs: {
      shelves: `type Query { all: [Holder] any: [Any] } interface Holder { books: [Book] } union Any = Shelf | Box
        type Shelf implements Holder @key(fields: "id") { id: ID! books: [Book] }
        type Box implements Holder @key(fields: "id") { id: ID! books: [Book] } type Book @key(fields: "id") { id: ID! }`,
      labels: `type Shelf @key(fields: "id") @context(name: "holder") { id: ID! name: String }
        type Box @key(fields: "id") @context(name: "holder") { id: ID! title: String }
        type Book @key(fields: "id") {
          id: ID! label(of: String @fromContext(field: "$holder ... on Shelf { name } ... on Box { title }")): String
        }`,
    },
    data: { ...data, Box: [{ __typename: 'Box', id: '2', title: 'a box' }] },
    resolvers: {
      ...resolvers,
      Query: {
        all: () => [
          { __typename: 'Shelf', id: '1', books: [{ id: 'b1' }] },
          { __typename: 'Box', id: '2', books: [{ id: 'b1' }] },
        ],
        any: () => [{ __typename: 'Box', id: '2', books: [{ id: 'b1' }] }],
      },
    },
  });
  const onBox = { books: [{ label: 'b1 of "a box"' }] };
  for (const [query, expected] of [
    ['{ all { books { label } } }', { all: [{ books: [{ label: 'b1 of "n1"' }] }, onBox] }],
    ['{ any { ... on Holder { books { label } } } }', { any: [onBox] }],
    ['{ any { ...Labels } } fragment Labels on Holder { books { label } }', { any: [onBox] }],
  ] as const) {
    test(`answers ${query}`, async () => {
      const { data, errors } = await federation.execute(query);
      assert.deepEqual([data, errors], [expected, undefined]);
    });
  }
});

test('fetches a field with a context argument only if the conditions around it say so', async () => {
  const federation = new Federation({
    subgraphs: {
      shelves: `type Query { shelf: Shelf }
        type Shelf @key(fields: "id") @context(name: "shelf") { id: ID! name: String @external book: Book }
        type Book @key(fields: "id") { id: ID! label(of: String @fromContext(field: "$shelf { name }")): String }`,
      names: 'type Shelf @key(fields: "id") { id: ID! name: String }',
    },
    data,
    resolvers: {
      Query: { shelf: () => ({ id: '1' }) },
      Shelf: { book: () => ({ id: 'b1' }) },
      Book: { label: () => new Error('broken') },
    },
  });
  const book = 'book { __typename id } book @skip(if: $yes) { label }';
  const { data: answer, errors } = await federation.execute(`query ($yes: Boolean = true) { shelf { name ${book} } }`);
  const expected = { shelf: { name: 'n1', book: { __typename: 'Book', id: 'b1' } } };
  assert.deepEqual([answer, errors], [expected, undefined]);
});

test('fetches with different context values are calls of their own, each merged with others of the same value', async () => {
  const federation = new Federation({ subgraphs: labels('name'), data, resolvers });
  const { data: answer } = await federation.execute(
    '{ a: shelves { books { label } } b: shelves { books { title label } } }',
  );
  const books = (id: string) => [
    { label: `b${id} of "n${id}"` },
    { title: `title ${id}`, label: `b${id} of "n${id}"` },
  ];
  const [label, both] = [0, 1].map((index) => ids.map((id) => ({ books: [books(id)[index]] })));
  assert.deepEqual(answer, { a: label, b: both });
  const ofBooks = federation.calls.filter(({ query }) => query.includes('label'));
  assert.deepEqual(
    ofBooks.map(({ variables }) => Object.values(variables).filter((value) => typeof value === 'string')),
    ids.map((id) => [`n${id}`, `n${id}`]),
  );
});
