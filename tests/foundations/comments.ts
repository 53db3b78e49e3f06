/** A comment of a source file. */
export interface Comment {
  /** Line of its first character, from 1. */
  readonly line: number;
  /** Its words on one line, without comment marks. */
  readonly text: string;
  readonly isDocstring: boolean;
}

/** Block comments, and consecutive line comments. Without whitespace before it, `//` is part of a URL. */
const COMMENT = /\/\*[\s\S]*?\*\/|(?:(?<=^|[\s;{(,])\/\/ .*(?:\n[ \t]*(?=\/\/ ))?)+/gm;

/** Returns the comments of a TypeScript or JavaScript file in their order. */
export function readComments(source: string): Comment[] {
  return [...source.matchAll(COMMENT)].map(({ 0: comment, index }) => ({
    line: source.slice(0, index).split('\n').length,
    text: wordsOf(comment),
    isDocstring: comment.startsWith('/**'),
  }));
}

function wordsOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)\s?|\s*\*\/\s*$/g, ''));
  return lines.join(' ').replaceAll(/\s+/g, ' ').trim();
}
