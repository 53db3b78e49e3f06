import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRandomCases } from './testing/property.ts';

// More cases: `npm run test:properties -- --cases 20000 --seed 1`.
test('answers random operations on random schemas as a monolith does', async () => {
  const seed = Date.now() % 1_000_000;
  const { compared, refused } = await compareRandomCases(seed, 300);
  assert.ok(compared > 280, `from seed ${seed}:\n${refused.join('\n')}`);
});
