import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, readOptions } from './options.ts';

test('measures everything and keeps the report by default', () => {
  const options = readOptions([]);
  assert.deepEqual(options.only, ['page', 'user', 'create', 'wide', 'growth']);
  assert.deepEqual(options.keys, ['distinct', 'hot']);
  assert.deepEqual(options.connections, [16, 64, 256]);
  assert.match(options.output ?? '', /bench\/results\.md$/);
});

test('keeps no report of a smoke run unless it has a path', () => {
  assert.equal(readOptions(['--quick']).output, undefined);
  assert.equal(readOptions(['--quick', '--output', '/tmp/report.md']).output, '/tmp/report.md');
});

test('reads every option', () => {
  const options = readOptions(['--only', 'user,page', '--rounds', '5', '--seconds', '0.5', '--connections', '8,32']);
  assert.deepEqual(options.only, ['page', 'user']);
  assert.equal(options.rounds, 5);
  assert.equal(options.seconds, 0.5);
  assert.deepEqual(options.connections, [8, 32]);
  assert.equal(readOptions(['--before', '.']).before, process.cwd());
});

const mistakes: [args: string[], message: RegExp][] = [
  [['--only', 'page,users'], /--only users: give any of page, user, create, wide, growth/],
  [['--keys', 'cold'], /--keys cold: give any of distinct, hot/],
  [['--rounds', '0'], /--rounds 0: give a whole number from 1 to 50/],
  [['--rounds', '1.5'], /--rounds 1\.5: give a whole number/],
  [['--seconds', ''], /--seconds : give a number from 0\.1 to 60/],
  [['--connections', '16,many'], /--connections many: give a whole number from 1 to 512/],
  [['--soak', '61'], /--soak 61: give a number from 0 to 60/],
  [['--before', '/nowhere'], /--before \/nowhere: give the folder of another checkout/],
  [['--fast'], /--fast/],
  [['page'], /page/],
];

for (const [args, message] of mistakes) {
  test(`rejects ${args.join(' ')}`, () => {
    assert.throws(
      () => readOptions(args),
      (error) => error instanceof OptionError && message.test(error.message),
    );
  });
}
