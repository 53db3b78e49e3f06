import assert from 'node:assert/strict';

/** Internals that an answer must never reveal: hosts, software, and places in the code. */
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

/** Asserts that the text of an answer reveals no internals. */
export function assertTellsNothing(text: string): void {
  for (const internal of INTERNALS) assert.doesNotMatch(text, internal);
}
