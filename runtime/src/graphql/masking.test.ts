import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordLog } from '../testing/log-recorder.ts';
import { maskUnexpected } from './masking.ts';

const UNEXPECTED = {
  message: 'no such column: secret_column',
  locations: [{ line: 1, column: 2 }],
  path: ['users', 0],
  extensions: { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['at /srv/users.ts:1'] },
};

describe('an unexpected error', () => {
  test('reaches the client as a code, an id, locations and a path only', () => {
    const masked = maskUnexpected(recordLog().logger)(UNEXPECTED, new Error('no such column: secret_column'));
    const id = masked.extensions?.id;
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.deepEqual(masked, {
      message: 'Internal server error',
      locations: [{ line: 1, column: 2 }],
      path: ['users', 0],
      extensions: { code: 'INTERNAL_SERVER_ERROR', id },
    });
  });

  test('is logged in full under the same id', () => {
    const { logger, lines } = recordLog();
    const masked = maskUnexpected(logger)(UNEXPECTED, new Error('no such column: secret_column'));
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.id, masked.extensions?.id);
    assert.match(JSON.stringify(lines[0]?.err), /no such column: secret_column.*masking\.test\.ts/);
  });

  test('is also one without a code', () => {
    const masked = maskUnexpected(recordLog().logger)({ message: 'boom' }, new Error('boom'));
    assert.equal(masked.message, 'Internal server error');
  });
});

test('passes an expected error unchanged, and does not log it', () => {
  const { logger, lines } = recordLog();
  const expected = { message: 'it is taken', path: ['createUser'], extensions: { code: 'EMAIL_TAKEN' } };
  assert.equal(maskUnexpected(logger)(expected, new Error('it is taken')), expected);
  assert.deepEqual(lines, []);
});
