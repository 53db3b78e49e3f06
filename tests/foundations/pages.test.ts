import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { PAGES, readPage } from '../harness/documentation.ts';
import { ROOT } from '../harness/process.ts';
import { anchorsOf, codeSpansOf, linksOf } from './markdown.ts';

/** Historical pages, which name files as they were then. */
const RECORDS = ['bench/results.md', 'CHANGELOG.md'];

/** Paths created by a run, which a fresh checkout does not have. */
const MADE = ['bench/.peers', 'bench/scale.md', 'subgraphs/*/data/*.sqlite'];

const PATH = /^(bench|commands|deploy|docs|gateway|runtime|subgraph-kit|subgraphs|tests)\/[\w.*/-]+$/;

test('the README fits on two screens', () => {
  assert.ok(readPage('README.md').trimEnd().split('\n').length <= 150);
});

test('docs/architecture.md names each floor of the gateway, and a file at each step', () => {
  const text = readPage('docs/architecture.md');
  const floors = [...text.matchAll(/^\| `([\w-]+)\/` \|.*\(\.\.\/gateway\//gm)].map(([, floor = '']) => floor);
  const folders = readdirSync(join(ROOT, 'gateway/src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  assert.deepEqual(floors.toSorted(), folders.map(({ name }) => name).toSorted());
  const steps = text.split(/^(?=\d+\. |## )/m).filter((part) => /^\d/.test(part));
  assert.ok(steps.length >= 15, `${steps.length} steps`);
  assert.deepEqual(
    steps.filter((step) => !linksOf(step).some((link) => link.endsWith('.ts'))),
    [],
  );
});

for (const page of PAGES) {
  const text = readPage(page);

  test(`${page}: each link leads to a file and a heading`, () => {
    const broken = linksOf(text).filter((link) => !resolves(page, link));
    assert.deepEqual(broken, []);
  });

  if (RECORDS.includes(page)) continue;

  test(`${page}: each path of the project exists`, () => {
    const paths = codeSpansOf(text).filter((span) => PATH.test(span) && !MADE.includes(span));
    assert.deepEqual(
      paths.filter((path) => globSync(path, { cwd: ROOT }).length === 0),
      [],
    );
  });
}

/** Returns true if a link leads somewhere. Links to other sites are not checked. */
function resolves(page: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  return existsSync(join(ROOT, file)) && (anchor === undefined || anchorsOf(readPage(file)).includes(anchor));
}
