import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { LogFile } from './log-file.ts';
import { writeLogFiles } from './write-log-files.ts';

const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'full-disk.ts');
const LIMITS = { maxBytes: 100, kept: 3 };
const LINE = `${'x'.repeat(49)}\n`;

/** Runs a program in a mount namespace of its own, in which the folder is a file system of 64 KB. */
function runOnSmallDisk(folder: string, program: string) {
  const script = 'mount -t tmpfs -o size=64k tmpfs "$1" && exec "$2" "$3" "$1/logs"';
  return spawnSync('unshare', ['-Urm', 'sh', '-c', script, 'sh', folder, process.execPath, program], {
    encoding: 'utf8',
  });
}

const isMountable = spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0;

test('on a full disk lines wait, and are written once there is room', {
  skip: !isMountable && 'no mounting here',
}, async (t) => {
  const { stdout, stderr } = runOnSmallDisk(await temporaryFolder(t), FIXTURE);
  const { text, gaps } = JSON.parse(stdout || stderr);
  const lines = text.split('\n').map((line: string) => line.replace(/ x+$/, ''));
  const written = lines.slice(1, -2);
  assert.deepEqual([lines[0], ...lines.slice(-2)], ['before', 'after', '']);
  assert.deepEqual(
    written,
    Array.from(written, (_, line) => `line ${line}`),
  );
  assert.ok(written.length > 0 && written.length < 200);
  assert.equal(gaps.length, 1);
  assert.equal(gaps[0].lost, 200 - written.length);
  assert.match(gaps[0].reason, /ENOSPC/);
});

test('is rotated by size, and keeps some of the files before it', async (t) => {
  const { folder, path, tick, open } = await scene(t);
  const file = open();
  for (let line = 0; line < 20; line += 1) {
    file.write(LINE);
    tick(1000);
    await turn(); // the stream tells that it has opened a file
  }
  const archives = readdirSync(folder).filter((name) => name !== 'things.log');
  assert.equal(archives.length, LIMITS.kept);
  for (const name of archives) {
    assert.match(name, /^things\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{6}\.log$/);
    assert.equal(readFileSync(join(folder, name), 'utf8'), LINE + LINE);
  }
  assert.ok(readFileSync(path, 'utf8').length <= 2 * LINE.length);
});

test('is rotated when its day has ended, before the first line of the next', async (t) => {
  const { folder, path, tick, open } = await scene(t, '2026-01-01T23:59:59.900Z');
  const file = open();
  file.write('old\n');
  utimesSync(path, new Date(), new Date());
  tick(200);
  file.write('new\n');
  assert.equal(readFileSync(path, 'utf8'), 'new\n');
  const [archive = '', ...others] = readdirSync(folder);
  assert.match(archive, /^things\.2026-01-02T00-00-00-100Z-[0-9a-f]{6}\.log$/);
  assert.deepEqual(others, ['things.log']);
});

test('several processes rotate one file, and lose no line', async (t) => {
  const { folder, tick, open } = await scene(t);
  const files = [open(), open(), open()];
  for (let line = 0; line < 30; line += 1) {
    files[line % 3]?.write(`${String(line).padStart(49)}\n`);
    tick(400);
    await turn();
  }
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.ok(texts.length > LIMITS.kept);
  const lines = texts.join('').trim().split('\n').map(Number);
  assert.deepEqual(
    lines.filter((line) => line > 20).toSorted((a, b) => a - b),
    [21, 22, 23, 24, 25, 26, 27, 28, 29],
  );
});

test('two processes that rotate it in one millisecond keep both files', async (t) => {
  const { folder, tick, open } = await scene(t);
  const file = open();
  file.write(LINE + LINE);
  tick(1000);
  file.write(LINE + LINE);
  open().write(LINE);
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.equal(texts.join(''), LINE.repeat(5));
});

test('goes on in a new file if somebody moves it, and in the same one if somebody empties it', async (t) => {
  const { path, tick, open } = await scene(t);
  const file = open();
  file.write('one\n');
  renameSync(path, `${path}.moved`);
  tick(1000);
  file.write('two\n');
  assert.equal(readFileSync(path, 'utf8'), 'two\n');
  truncateSync(path);
  file.write('three\n');
  assert.equal(readFileSync(path, 'utf8'), 'three\n');
});

test('sends pm2 no lines while its daemon takes none, and keeps them in the files', async (t) => {
  const { folder, path } = await scene(t);
  const done: (() => void)[] = [];
  let isFull = false;
  const sent: string[] = [];
  const { send } = process;
  const output = process.stdout.write;
  const errors = process.stderr.write;
  process.send = ({ data }: { data: string }, ...rest: unknown[]) => {
    sent.push(data);
    const callback = rest.at(-1);
    if (typeof callback === 'function') done.push(() => callback());
    return !isFull;
  };
  try {
    writeLogFiles({ out: path, error: join(folder, 'errors.log'), ...LIMITS }, () => {});
    process.stdout.write('one\n');
    isFull = true;
    for (const line of ['two\n', 'three\n', 'four\n']) process.stdout.write(line);
    isFull = false;
    for (const callback of done) callback();
    process.stdout.write('five\n');
  } finally {
    process.stdout.write = output;
    process.stderr.write = errors;
    if (send) process.send = send;
    else delete process.send;
  }
  assert.deepEqual(sent, ['one\n', 'two\n', 'five\n']);
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\nfour\nfive\n');
});

/** Returns a time of this day, as files that are written now have one, with a minute left of it. */
function earlierToday(): string {
  const minute = 60_000;
  const day = 24 * 60 * minute;
  return new Date(Math.min(Date.now(), Math.ceil(Date.now() / day) * day - minute)).toISOString();
}

/** Sets the clock, and returns what opens a file in a folder of its own. */
async function scene(t: TestContext, now = earlierToday()) {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'things.log');
  t.mock.timers.enable({ apis: ['Date'], now: new Date(now) });
  const open = () => {
    const file = new LogFile(path, LIMITS, () => assert.fail('it can be written'));
    t.after(() => file.close());
    return file;
  };
  return { folder, path, open, tick: (ms: number) => t.mock.timers.tick(ms) };
}
