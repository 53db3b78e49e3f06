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
