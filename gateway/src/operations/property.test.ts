import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRandomCases } from './testing/comparison.ts';
import { compareExecutions } from './testing/execution-property.ts';
import { KINDS } from './testing/kinds/kinds.ts';

// More cases: `npm run test:properties -- --kind mutations --count 100000`.
const CASES = process.env.FAULTS === 'full' ? 200 : 60;

/** A failure names the seed that repeats it. */
const seed = Date.now() % 1_000_000;

for (const [name, kind] of Object.entries(KINDS)) {
  test(`answers random operations on random schemas as a monolith does: ${name}`, async () => {
    const { refused } = await compareRandomCases(kind, { seed, cases: CASES });
    assert.deepEqual([...refused.keys()], [], `refused from seed ${seed}`);
  });
}

test('runs a subgraph’s random operations as graphql-js does, calling the same resolvers', async () => {
  await compareExecutions(seed, CASES);
});
