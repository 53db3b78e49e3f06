import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, readWorkspaces } from '../harness/sources.ts';
import { type Comment, readComments } from './comments.ts';

type PlacedComment = Comment & { readonly path: string };

const comments: PlacedComment[] = readWorkspaces()
  .flatMap(({ folder }) => readSources(folder))
  .filter(({ path }) => !path.endsWith('.generated.ts'))
  .flatMap(({ path, text }) => readComments(text).map((comment) => ({ ...comment, path })));
const docstrings = comments.filter(({ isDocstring, text }) => isDocstring && !text.startsWith('@'));

/** Openings of a clause instead of a verb or a noun phrase. graphql-js opens 2 % of its docstrings so, Yoga 3 %. */
const CLAUSE_OPENING = /^(What|Whether|Who|How|Where|Of|Those|As)\b/;
const MAX_CLAUSE_PERCENTAGE = 4;

/** `where` in front of a clause, as it is written for `if`. Also finds relative clauses of places. */
const WHERE_FOR_IF =
  /\bwhere (an?|all|another|anything|each|everything|it|its|nobody|no|none|nothing|one|only|somebody|someone|something|that|the|there|these|they|this)\b/gi;
const MAX_WHERE_FOR_IF = 2;

/** Number of comments with links in graphql-js. */
const MIN_LINKS = 57;

test('docstrings open with a verb or a noun phrase', (t) => {
  const found = docstrings.filter(({ text }) => CLAUSE_OPENING.test(text));
  const percentage = (100 * found.length) / docstrings.length;
  t.diagnostic(`${found.length} of ${docstrings.length} docstrings (${percentage.toFixed(1)} %) open with a clause`);
  assert.ok(percentage <= MAX_CLAUSE_PERCENTAGE, listOf(found));
  report(found);
});

test('comments write "if" for a condition', (t) => {
  const found = comments.filter(({ text }) => text.search(WHERE_FOR_IF) !== -1);
  const count = found.flatMap(({ text }) => text.match(WHERE_FOR_IF) ?? []).length;
  t.diagnostic(`"where" stands ${count} times in front of a clause`);
  assert.ok(count <= MAX_WHERE_FOR_IF, listOf(found));
  report(found);
});

test('comments link to what made the code necessary', (t) => {
  const linked = comments.filter(({ text }) => /https:\/\/(?!\S*\.example)/.test(text));
  t.diagnostic(`${linked.length} comments have a link`);
  assert.ok(linked.length >= MIN_LINKS, `${linked.length} comments have a link`);
});

/** Prints the comments if PROSE is set. */
function report(found: readonly PlacedComment[]): void {
  if (process.env.PROSE) console.log(listOf(found));
}

function listOf(found: readonly PlacedComment[]): string {
  return found.map(({ path, line, text }) => `${path}:${line}: ${text}`).join('\n');
}
