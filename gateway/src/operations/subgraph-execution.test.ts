import { test } from 'node:test';
import { compareExecutions } from './testing/execution-property.ts';

// More cases: `npm run test:properties -- --cases 20000 --seed 1`.
test('runs a subgraph’s random operations as graphql-js does, calling the same resolvers', async () => {
  await compareExecutions(Date.now() % 1_000_000, 300);
});
