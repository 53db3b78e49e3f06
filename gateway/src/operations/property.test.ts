import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRandomCases } from './testing/property.ts';

// Many more: `npm run test:properties -- --cases 20000 --seed 1`.
test('federated answers equal the monolith’s on random schemas, data and operations', async () => {
  const seed = Date.now() % 1_000_000;
  const { compared, refused } = await compareRandomCases(seed, 300);
  assert.ok(compared > 280, `from seed ${seed}:\n${refused.join('\n')}`);
});
