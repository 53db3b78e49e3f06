import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPage } from '../harness/documentation.ts';

/** A code block of a page below `<!-- test: NAME -->`. */
export interface Block {
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

const BLOCK = /<!-- test: (\S+) -->\n```(\w+)\n(.*?\n)```/gs;

/** Returns the blocks of a page in their order. */
export function blocksOf(page: string): Block[] {
  return [...readPage(page).matchAll(BLOCK)].map(([, name = '', language = '', code = '']) => ({
    name,
    language,
    code,
  }));
}

/** Writes a block to the file of its name: a diff changes it, anything else is all of it. */
export async function applyBlock({ name, language, code }: Block, folder: string): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, language === 'diff' ? patch(await readFile(file, 'utf8'), code, name) : code);
}

/** Replaces the old lines of each part of a diff by its new ones; `@@` separates the parts. Old lines are in the text once. */
function patch(text: string, diff: string, name: string): string {
  return diff.split('@@\n').reduce((patched, part) => {
    const lines = part.replace(/\n$/, '').split('\n');
    const side = (mark: string) =>
      lines
        .filter((line) => !line.startsWith(mark))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    const [before, after] = [side('+'), side('-')];
    assert.equal(patched.split(before).length, 2, `${name} has these lines once:\n${before}`);
    return patched.replace(before, () => after);
  }, text);
}
