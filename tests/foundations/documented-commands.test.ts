import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGES, readPage } from '../harness/documentation.ts';
import { ROOT } from '../harness/process.ts';
import { readJson } from '../harness/sources.ts';

const DOCUMENTED = /\bnpm (?:run (?:--silent )?([\w:]+)|(start|stop|restart|test)\b)/g;

/** Command that takes long. CI runs the same tests at a tenth of the count or less. */
const TOO_LONG = ['test:faults'];

const scripts: Readonly<Record<string, string>> = readJson('package.json').scripts;
const tests = globSync(['tests/**/*.ts', 'bench/**/*.{test,production}.ts'], { cwd: ROOT }).map((path) =>
  readFileSync(join(ROOT, path), 'utf8'),
);
const run = new Set(scriptsThatRun());
const filesRun = new Set([...run].flatMap(filesOf));

for (const page of PAGES) {
  test(`${page}: each command is a script that a test or CI runs`, () => {
    const names = [...readPage(page).matchAll(DOCUMENTED)].map(([, script, own]) => script ?? own ?? '');
    assert.deepEqual(
      names.filter((name) => !(name in scripts)),
      [],
    );
    assert.deepEqual(
      names.filter(
        (name) => !TOO_LONG.includes(name) && !run.has(name) && !filesOf(name).some((file) => filesRun.has(file)),
      ),
      [],
    );
  });
}

/** Returns the scripts that CI runs, those that they run in turn, and those that a test runs. */
function scriptsThatRun(): string[] {
  const ci = readFileSync(join(ROOT, '.ci', 'run'), 'utf8');
  const byCi = [...ci.matchAll(/^\s*npm (?:run )?([\w:]+)/gm)].map(([, script = '']) => script);
  for (const name of byCi)
    byCi.push(...[...(scripts[name] ?? '').matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script));
  return [...byCi, ...Object.keys(scripts).filter(isRunByTest)];
}

/** Tells if a test hands the script's name to npm, or runs its file, or stands beside it. */
function isRunByTest(name: string): boolean {
  const npm = new RegExp(`\\b(?:npm|runNpm|command)\\b[^\\n]*'${name}'|args = \\[\\s*'run',[^\\]]*'${name}'`);
  return (
    tests.some((text) => npm.test(text)) ||
    filesOf(name).some(
      (file) =>
        ['.test.ts', '.production.ts'].some((end) => existsSync(join(ROOT, file.replace(/\.ts$/, end)))) ||
        tests.some((text) => text.includes(`'${file}'`)),
    )
  );
}

/** Returns what a script runs: the files it gives to Node, and the names of other programs. */
function filesOf(name: string): string[] {
  return (scripts[name] ?? '').split(' && ').flatMap((command) => {
    const [program = '', ...words] = command.split(' ');
    return program === 'node' ? words.filter((word) => /\.[jt]s$/.test(word)).slice(0, 1) : [program];
  });
}
