import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import type { GraphQLFormattedError } from 'graphql';
import { formatError } from './error-format.ts';

const logger = createLogger('test', { format: 'json', level: 'silent' });
const expected = { books: { codes: ['BOOK_SOLD_OUT'], extensions: ['left'] } };
const format = formatError(logger, { all: false, named: {}, expected });

function fromSubgraph(code: string | undefined): GraphQLFormattedError {
  const extensions = {
    serviceName: 'books',
    stacktrace: ['at /srv/books.js:1'],
    exception: {},
    limit: 3,
    left: 2,
    isbn: 1,
  };
  return { message: 'select * from books', path: ['book'], extensions: code ? { ...extensions, code } : extensions };
}

test("passes a subgraph's expected failure with its listed extensions and no others", () => {
  assert.deepEqual(format(fromSubgraph('BOOK_SOLD_OUT'), undefined), {
    message: 'select * from books',
    path: ['book'],
    extensions: { code: 'BOOK_SOLD_OUT', limit: 3, left: 2 },
  });
});

for (const code of [
  undefined,
  'BOOK_LOST',
  'DOWNSTREAM_SERVICE_ERROR',
  'INTERNAL_SERVER_ERROR',
  'GRAPHQL_VALIDATION_FAILED',
  'constructor',
  '__proto__',
]) {
  test(`masks a subgraph's error with the code ${code}`, () => {
    const { message, path, extensions } = format(fromSubgraph(code), undefined);
    assert.deepEqual([message, path, extensions?.code], ['Internal server error', ['book'], 'INTERNAL_SERVER_ERROR']);
    assert.deepEqual(Object.keys(extensions ?? {}), ['code', 'id']);
  });
}

test("passes the gateway's own error for a wrong operation", () => {
  const error = { message: 'Cannot query field "x"', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
  assert.equal(format(error, undefined), error);
});

describe('include_subgraph_errors', () => {
  const settings = {
    all: false,
    named: { books: true, constructor: false },
    expected: { reviews: { codes: ['TOO_LONG'], extensions: [] } },
  };
  const by = (serviceName: string, code: string) => {
    const error = fromSubgraph(code);
    return formatError(logger, settings)({ ...error, extensions: { ...error.extensions, serviceName } }, undefined);
  };

  test('true: passes errors with all their extensions', () => {
    const { serviceName: _, ...extensions } = fromSubgraph('INTERNAL_SERVER_ERROR').extensions ?? {};
    assert.deepEqual(by('books', 'INTERNAL_SERVER_ERROR'), { ...fromSubgraph(undefined), extensions });
  });

  test('false: replaces message and extensions', () => {
    for (const name of ['reviews', 'other', 'constructor']) {
      const { message, path, extensions } = by(name, 'BOOK_SOLD_OUT');
      assert.deepEqual(
        [message, path, Object.keys(extensions ?? {})],
        ['Internal server error', ['book'], ['code', 'id']],
      );
    }
  });

  test("false: passes the gateway's own codes and those listed for the subgraph", () => {
    assert.deepEqual(by('other', 'BAD_USER_INPUT').extensions, { code: 'BAD_USER_INPUT', limit: 3 });
    assert.deepEqual(by('reviews', 'TOO_LONG').extensions, { code: 'TOO_LONG', limit: 3 });
    assert.equal(by('other', 'TOO_LONG').extensions?.code, 'INTERNAL_SERVER_ERROR');
  });
});
