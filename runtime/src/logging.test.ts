import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLogger, type LoggingOptions } from './logging.ts';

/** Text that a client may send: colours, a cleared screen, a reversed line, a line end, and what only looks like an escape. */
const HOSTILE = 'a\u001b[31mb\u009b2Jc\u202ed\u2066e\u2028f\u007fg\u0008h\ri\u200fj\ufeffk\\u001bl';
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/u;
const SHOWN = String.raw`a\u001b[31mb\u009b2Jc\u202ed\u2066e\u2028f\u007fg\u0008h\u000di\u200fj\ufeffk\u001bl`;

/** Returns what a logger writes. */
function written(t: TestContext, format: LoggingOptions['format']): string {
  const lines: unknown[] = [];
  t.mock.method(process.stderr, 'write', (line: unknown) => lines.push(line));
  const error = Object.assign(new Error(`failed: ${HOSTILE}`), { requestId: HOSTILE });
  createLogger('test', { format, level: 'info' }).error({ err: error, [HOSTILE]: HOSTILE }, HOSTILE);
  t.mock.restoreAll();
  return lines.join('');
}

test('writes no character that changes how a line of JSON is shown, and loses none', (t) => {
  const line = written(t, 'json');
  assert.doesNotMatch(line.trimEnd(), UNSAFE);
  const { msg, err, ...others } = JSON.parse(line);
  assert.deepEqual([msg, err.requestId, others[HOSTILE]], [HOSTILE, HOSTILE, HOSTILE]);
});

test('shows escapes instead of characters that change how a line is shown', (t) => {
  const text = written(t, 'pretty');
  assert.doesNotMatch(text.replaceAll('\n', ''), UNSAFE);
  assert.ok(text.includes(`: ${SHOWN}\n`), text);
  assert.ok(text.includes(`failed: ${SHOWN}`), text);
});
