import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkNesting, MAX_JSON_NESTING } from './json-nesting.ts';

const REFUSED = {
  code: 'OPERATION_LIMIT_EXCEEDED',
  extensions: { limit: 'json_max_recursion', found: MAX_JSON_NESTING + 1, allowed: MAX_JSON_NESTING },
};

function lists(depth: number, inside = ''): string {
  return `${'['.repeat(depth)}${inside}${']'.repeat(depth)}`;
}

describe('checkNesting', () => {
  test('accepts nesting up to the limit', () => void checkNesting(lists(MAX_JSON_NESTING)));

  for (const [name, json] of [
    ['lists', lists(MAX_JSON_NESTING + 1)],
    ['objects', `${'{"a":'.repeat(MAX_JSON_NESTING + 1)}1${'}'.repeat(MAX_JSON_NESTING + 1)}`],
    ['both in turn', '[{"a":'.repeat(MAX_JSON_NESTING / 2 + 1)],
    ['lists after strings that end in escapes', `["\\\\","\\"]","\\\\\\"",${lists(MAX_JSON_NESTING)}`],
    ['lists that nothing closes', '['.repeat(1e6)],
  ] as const) {
    test(`rejects deeper nesting: ${name}`, () => assert.throws(() => checkNesting(json), REFUSED));
  }

  test('accepts any number of values side by side', () => void checkNesting(`[${'[{}],'.repeat(10_000)}1]`));

  test('ignores brackets in strings', () => {
    for (const text of ['['.repeat(1000), '"['.repeat(1000), '\\"['.repeat(1000)]) {
      checkNesting(JSON.stringify({ query: text, [text]: text }));
    }
  });

  test('accepts an unterminated string, which is not JSON', () => void checkNesting(`["${'['.repeat(1000)}`));

  test('takes time proportional to the length', () => {
    for (const json of [JSON.stringify('\\"'.repeat(500_000)), `"${'\\'.repeat(2_000_000)}`, '[]'.repeat(1_000_000)]) {
      const start = performance.now();
      checkNesting(json);
      assert.ok(performance.now() - start < 500);
    }
  });
});
