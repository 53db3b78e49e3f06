import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import { failedAnswer } from './failed-answer.ts';

const error = subgraphUnavailable('books');

test('every root field is null and has the error, fields in fragments and under aliases too', () => {
  const { data, errors } = failedAnswer(
    '{ a: book { id } ... { books { id } ...F } } fragment F on Query { c }',
    {},
    error,
  );
  assert.deepEqual(data, { a: null, books: null, c: null });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['a'], ['books'], ['c']],
  );
  assert.deepEqual(errors?.[0]?.extensions, { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'books' });
});

test('every representation is null and has the error', () => {
  const query = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
  const { data, errors } = failedAnswer(query, { representations: [{ id: 1 }, { id: 2 }] }, error);
  assert.deepEqual(data, { _entities: [null, null] });
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [
      ['_entities', 0],
      ['_entities', 1],
    ],
  );
});
