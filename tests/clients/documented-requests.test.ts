import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readPage } from '../harness/documentation.ts';
import { startGraph } from '../harness/graph.ts';

const REQUEST = /```sh\ncurl (\S+) -H 'content-type: application\/json' -d '(.*?)'\n```\n\n.*?```json\n(.*?)\n```/gs;

/** Requests in the order in which a reader sends them, because ids count up from one page to the next. */
const PAGES = ['README.md', 'docs/checkout.md'];

const requests = PAGES.flatMap((page) => [...readPage(page).matchAll(REQUEST)]);
const graph = await startGraph({ after });

test('finds the requests of the pages', () => assert.equal(requests.length, 6));

for (const [, url, body = '', answer = ''] of requests) {
  const { query } = JSON.parse(body);
  test(`the documented request gives the documented answer: ${query}`, async () => {
    assert.equal(url, 'http://127.0.0.1:4000/graphql');
    const response = await fetch(graph.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    assert.deepEqual(await response.json(), JSON.parse(answer));
  });
}
