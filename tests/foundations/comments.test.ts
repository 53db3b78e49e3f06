import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readComments } from './comments.ts';

test('finds docstrings, block comments and consecutive line comments, but no URLs', () => {
  const source = `/** Returns the
 * host. */
const url = 'http://a/'; // of a test
const other = 1;
// one,
// two
/* three */ const none = "a//b";
`;
  assert.deepEqual(readComments(source), [
    { line: 1, text: 'Returns the host.', isDocstring: true },
    { line: 3, text: 'of a test', isDocstring: false },
    { line: 5, text: 'one, two', isDocstring: false },
    { line: 7, text: 'three', isDocstring: false },
  ]);
});
