import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { batchedInfo, copyLines, createLogger, type LoggingOptions } from './logging.ts';
import { requestScope } from './request-scope.ts';

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

test('gives each line of a request its id and those of its trace, whatever it waits for', async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stderr, 'write', (line: string) => lines.push(line));
  const logger = createLogger('test', { format: 'json', level: 'info' });
  const work = async (msg: string) => {
    await setImmediate();
    logger.error(msg);
  };
  const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '00f067aa0ba902b7', traceFlags: 1 };
  await Promise.all([
    requestScope.run({ id: 'one' }, work, 'one'),
    requestScope.run({ id: 'two', trace }, work, 'two'),
    work('none'),
  ]);
  t.mock.restoreAll();
  const found = lines.map((line) => JSON.parse(line));
  assert.deepEqual(
    found.map(({ msg, requestId, traceId, spanId, traceFlags }) => ({ msg, requestId, traceId, spanId, traceFlags })),
    [
      { msg: 'one', requestId: 'one', traceId: undefined, spanId: undefined, traceFlags: undefined },
      { msg: 'two', requestId: 'two', ...trace, traceFlags: '01' },
      { msg: 'none', requestId: undefined, traceId: undefined, spanId: undefined, traceFlags: undefined },
    ],
  );
});

test('writes lines of a batch together: soon, before any other line, and as the logger would', async (t) => {
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  t.mock.method(process.stdout, 'write', (text: string | Uint8Array) => {
    return typeof text === 'string' ? written.push(text) : write(text); // the test runner reports in bytes
  });
  const logger = createLogger('test', { format: 'json', level: 'info' });
  const info = batchedInfo(logger, 'request');
  const copies: string[] = [];
  const stopCopying = copyLines(logger, (line) => copies.push(line));
  info({ status: 200, text: HOSTILE, none: undefined });
  info({ status: 201 });
  assert.equal(written.length, 0);
  logger.info({ status: 200, text: HOSTILE }, 'request');
  stopCopying();
  const [batch = '', own = ''] = written;
  const withoutTime = (line: string) => line.replace(/"time":"[^"]*"/, '');
  assert.equal(withoutTime(batch.split('\n')[0] ?? ''), withoutTime(own.trimEnd()));
  assert.equal(copies.length, 3);
  info({ status: 202 });
  logger.level = 'warn';
  info({ status: 203 });
  while (written.length < 3) await setImmediate();
  t.mock.restoreAll();
  const statuses = written.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line).status);
  assert.deepEqual(statuses, [200, 201, 200, 202]);
});

test('writes the lines that wait before the process exits', () => {
  const program = `
    const { batchedInfo, createLogger } = await import(${JSON.stringify(import.meta.resolve('./logging.ts'))});
    batchedInfo(createLogger('test', { format: 'json', level: 'info' }), 'request')({ status: 200 });
    process.exit();`;
  const line = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.equal(JSON.parse(line).status, 200);
});
