import { test } from 'node:test';
import { compareExecutions } from './testing/execution-property.ts';

// Many more: `npm run test:properties -- --cases 20000 --seed 1`.
test('a subgraph’s compiled operations give what graphql-js gives, and call the same resolvers', async () => {
  await compareExecutions(Date.now() % 1_000_000, 300);
});
