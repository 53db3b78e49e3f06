import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { documentedRequests, sendRequest } from '../harness/documented-requests.ts';
import { startGraph } from '../harness/graph.ts';
import { run } from '../harness/pm2.ts';

// tests/commands/seed.test.ts sends the same requests to a graph that has data

const graph = await startGraph({ after });

test('finds the requests of the pages', () => assert.equal(documentedRequests.length, 6));

for (const { url, query, answer } of documentedRequests) {
  test(`the documented request gives the documented answer: ${query}`, async () => {
    assert.equal(url, 'http://127.0.0.1:4000/graphql');
    assert.deepEqual(await sendRequest(graph.url, query), answer);
  });
}

test('npm run seed fills the graph after the documented requests, and finds it filled when run again', async () => {
  for (const result of [
    'Created 5 users, 24 products and 8 orders; 0 users, 0 products and 0 orders existed already',
    'Created 0 users, 0 products and 0 orders; 5 users, 24 products and 8 orders existed already',
  ]) {
    const seed = ['commands/seed.ts', '--url', graph.url, '--users', '5', '--orders', '8'];
    const { code, stdout, stderr } = await run(process.execPath, seed, {});
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(result), stdout);
  }
});
