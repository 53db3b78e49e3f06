import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { mistakesOf } from './testing/written-file.ts';

const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
const SUBGRAPHS = `subgraphs:
  users: { routing_url: "http://users/", schema: { file: users.graphql } }
  orders: { routing_url: "http://orders/", schema: { file: orders.graphql } }
`;

/** Those under `<!-- test: … -->` are served whole by tests of their own, with the files that they name. */
const blocks = [...README.matchAll(/(?<!<!-- test: [\w-]+ -->\n)```yaml\n(.*?)\n```/gs)].map(([, text = '']) => text);
const settings = blocks.filter((text) => /^(subgraphs|gateway):/m.test(text));

test('the README shows settings', () => {
  assert.ok(settings.length >= 4, `${settings.length}`);
});

for (const text of settings) {
  test(`the gateway takes what the README shows: ${JSON.stringify(text.split('\n').slice(0, 3))}`, () => {
    const whole = 'subgraphs' in parse(text) ? text : `${SUBGRAPHS}${text}`;
    const mistakes = mistakesOf(whole).filter((mistake) => !mistake.includes("isn't set"));
    assert.deepEqual(mistakes, []);
  });
}
