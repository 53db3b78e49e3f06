import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/** Pages of the documentation, by their paths from the project's folder. */
export const PAGES = globSync(['*.md', 'docs/**/*.md', 'tests/*.md', 'bench/*.md'], { cwd: ROOT });

/** Returns the text of a page, given by its path from the project's folder. */
export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** Returns the code block of a page below the comment `<!-- test: NAME -->`. */
export function codeBlock(page: string, name: string): string {
  const [, code] = new RegExp(`<!-- test: ${name} -->\\n\`\`\`\\w+\\n(.*?\\n)\`\`\``, 's').exec(readPage(page)) ?? [];
  assert.ok(code, `${page} has no code block under <!-- test: ${name} -->`);
  return code;
}
