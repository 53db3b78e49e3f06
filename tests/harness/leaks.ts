import assert from 'node:assert/strict';

/** What an answer must never tell: where the system runs, what it is made of, where it failed. */
const INTERNALS = [
  /https?:/i,
  /127\.0\.0\.1|localhost/,
  /[\w.]:\d{4,5}\b/,
  /econn|enoent|socket|undici/i,
  /sqlite|\b(select|insert|update|delete)\b.*\b(from|into|set)\b/i,
  /<\/?\w+>/,
  /\bat \S*\/|stack|node_modules|\.[jt]s\b/i,
  /x-subgraph-secret|a secret for this test only/,
];

/** The text of an answer gives nothing of the inside away. */
export function assertTellsNothing(text: string): void {
  for (const internal of INTERNALS) assert.doesNotMatch(text, internal);
}
