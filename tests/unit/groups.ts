import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../harness/process.ts';

/** Folders with unit tests beside the sources. */
const ALL = [
  'runtime/src/**/*.test.ts',
  'subgraph-kit/src/**/*.test.ts',
  'subgraphs/*/src/**/*.test.ts',
  'gateway/src/**/*.test.ts',
  'commands/**/*.test.ts',
];

/** Test files that don't run among all others: they take long, or measure the time or the memory of their process. */
const APART = {
  properties: ['gateway/src/operations/property.test.ts'],
  answers: ['gateway/src/operations/answer-size.test.ts', 'gateway/src/operations/authorization/property.test.ts'],
  memory: [
    'gateway/src/planning/worker/plan-memory.test.ts', // first, because it measures by how much the process grows
    'gateway/src/pipeline/pages/page.test.ts',
    'gateway/src/planning/garbage.test.ts',
    'runtime/src/http/client/content-decoding.test.ts',
  ],
  // These look at the whole heap of their process, so it has to be small.
  'heap-cache': ['runtime/src/caching/byte-cache.test.ts', 'gateway/src/subgraphs/caching/memory-store.test.ts'],
  'heap-counted': ['runtime/src/caching/heap-bytes.test.ts'],
  'heap-gateway': ['gateway/src/operations/held-bytes.test.ts'],
  'heap-subgraph': ['subgraph-kit/src/execution/held-bytes.test.ts'],
} as const;

/** Unit tests that share a process. Loading graphql, Apollo's packages and kysely for each file takes longer than the tests. */
export type Group = keyof typeof APART | 'engine' | 'gateway' | 'others';

/** Folders of the group `engine`. One process would be the last to end, alone on its core. */
const ENGINE = ['operations', 'execution', 'planning', 'supergraph'].map((folder) => `gateway/src/${folder}/`);

/** Returns the test files of a group. Each file is in exactly one of them. */
function filesOf(group: Group): readonly string[] {
  if (group !== 'engine' && group !== 'gateway' && group !== 'others') return APART[group];
  const apart = new Set<string>(Object.values(APART).flat());
  return globSync(ALL, { cwd: ROOT })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => !apart.has(file) && groupOf(file) === group)
    .sort();
}

function groupOf(file: string): Group {
  if (ENGINE.some((folder) => file.startsWith(folder))) return 'engine';
  return file.startsWith('gateway/') ? 'gateway' : 'others';
}

/** Runs the test files of a group, each as a suite, and checks that none leaves its environment to the others. */
export function runGroup(group: Group): void {
  const before = { ...process.env };
  for (const file of filesOf(group)) {
    describe(file, async () => {
      await import(pathToFileURL(join(ROOT, file)).href);
    });
  }
  test(`the test files of ${group} leave the environment as it was`, () => {
    const names = Object.keys({ ...before, ...process.env });
    assert.deepEqual(
      names.filter((name) => process.env[name] !== before[name]),
      [],
    );
  });
}
