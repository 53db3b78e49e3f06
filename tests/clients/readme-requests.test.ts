import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startGraph } from '../harness/graph.ts';
import { ROOT } from '../harness/process.ts';

const REQUEST = /```sh\ncurl (\S+) -H 'content-type: application\/json' -d '(.*?)'\n```\n\n.*?```json\n(.*?)\n```/gs;

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
const requests = [...readme.matchAll(REQUEST)];
const graph = await startGraph({ after });

test('the README has requests', () => assert.equal(requests.length, 6));

for (const [, url, body = '', answer = ''] of requests) {
  const { query } = JSON.parse(body);
  test(`the README’s request gives the README’s answer: ${query}`, async () => {
    assert.equal(url, 'http://127.0.0.1:4000/graphql');
    const response = await fetch(graph.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    assert.deepEqual(await response.json(), JSON.parse(answer));
  });
}
