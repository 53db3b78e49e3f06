import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import type { GraphQLFormattedError } from 'graphql';
import { formatError } from './error-format.ts';

const format = formatError(createLogger('test', { format: 'json', level: 'silent' }));

function fromSubgraph(code: string | undefined): GraphQLFormattedError {
  const extensions = { serviceName: 'books', stacktrace: ['at /srv/books.js:1'], exception: {}, limit: 3 };
  return { message: 'select * from books', path: ['book'], extensions: code ? { ...extensions, code } : extensions };
}

test("a subgraph's expected failure passes, without what is for developers", () => {
  assert.deepEqual(format(fromSubgraph('BOOK_SOLD_OUT'), undefined), {
    message: 'select * from books',
    path: ['book'],
    extensions: { code: 'BOOK_SOLD_OUT', limit: 3 },
  });
});

for (const code of [undefined, 'DOWNSTREAM_SERVICE_ERROR', 'INTERNAL_SERVER_ERROR', 'GRAPHQL_VALIDATION_FAILED']) {
  test(`a subgraph's error with the code ${code} is masked`, () => {
    const { message, path, extensions } = format(fromSubgraph(code), undefined);
    assert.deepEqual([message, path, extensions?.code], ['Internal server error', ['book'], 'INTERNAL_SERVER_ERROR']);
    assert.deepEqual(Object.keys(extensions ?? {}), ['code', 'id']);
  });
}

test("the gateway's own answer to a wrong operation passes", () => {
  const error = { message: 'Cannot query field "x"', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
  assert.equal(format(error, undefined), error);
});
