import { readSources, type Source } from './sources.ts';

const COUNTS = 'tests/harness/full-count.ts';
const RUN_BY_NAME = /^tests\/[^/]+\/[^/]+\.(test|production|alone)\.ts$/;

/** Returns the test files that have a full count: those that import full-count.ts, by themselves or through another file. */
export function filesWithFullCount(): string[] {
  const sources = new Map(readSources('tests').map((source) => [source.path, source]));
  const found = [...sources.values()].filter(({ path }) => RUN_BY_NAME.test(path));
  // It is of the gateway, so it reads the variable by itself.
  return [
    ...found.filter((source) => reachesCounts(source, sources)).map(({ path }) => path),
    'tests/unit/properties.suite.ts',
  ];
}

/** Returns whether a file is the one with the counts, or imports it. No files import each other in a circle. */
function reachesCounts({ path, imports }: Source, sources: ReadonlyMap<string, Source>): boolean {
  if (path === COUNTS) return true;
  return imports.some((specifier) => {
    const imported = sources.get(new URL(specifier, `file:///${path}`).pathname.slice(1));
    return imported !== undefined && reachesCounts(imported, sources);
  });
}
