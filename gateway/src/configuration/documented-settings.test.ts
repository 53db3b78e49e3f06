import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { mistakesOf } from './testing/written-file.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGES = globSync(['README.md', 'docs/**/*.md'], { cwd: ROOT });
const SUBGRAPHS = `subgraphs:
  users: { routing_url: "http://users/", schema: { file: users.graphql } }
  orders: { routing_url: "http://orders/", schema: { file: orders.graphql } }
`;

/** YAML without a mark of its own: blocks under `<!-- test: … -->` are served by the end-to-end tests. */
const UNMARKED = /(?<!<!-- test: [\w-]+ -->\n)```yaml\n(.*?)\n```/gs;

const blocks = PAGES.flatMap((page) => [...readFileSync(join(ROOT, page), 'utf8').matchAll(UNMARKED)]).map(
  ([, text = '']) => text,
);
const settings = blocks.filter((text) => /^(subgraphs|gateway):/m.test(text));

test('the pages show settings', () => {
  assert.ok(settings.length >= 4, `${settings.length}`);
});

for (const text of settings) {
  test(`accepts the settings that the pages show: ${JSON.stringify(text.split('\n').slice(0, 3))}`, () => {
    const whole = 'subgraphs' in parse(text) ? text : `${SUBGRAPHS}${text}`;
    const mistakes = mistakesOf(whole).filter((mistake) => !mistake.includes("isn't set"));
    assert.deepEqual(mistakes, []);
  });
}
