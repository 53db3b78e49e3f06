import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ROOT } from '../processes/apps.ts';
import { addEntry, hasEntry, removeEntry } from './supergraph-entry.ts';

const ENTRY = {
  routing_url: '${env.GIFT_CARDS_URL:-http://127.0.0.1:4004/graphql}',
  schema: { file: './subgraphs/gift-cards/schema.graphql' },
  timeout: '2s',
  error_codes: ['IDEMPOTENCY_KEY_REUSED'],
};

const files: [name: string, text: string][] = [
  ['of this project', readFileSync(join(ROOT, 'supergraph.yaml'), 'utf8')],
  [
    'with four spaces, comments and blank lines',
    `# head
subgraphs:   # all of them
    users: # ours
        routing_url: "http://a/"   # here
        schema: { file: a }
        # the last line of users

    # Theirs.
    'others':
        routing_url: |
            http://b/
        schema:
            file: b # their file
        # the last line of others

# The gateway.
gateway: { path: /api }
`,
  ],
  [
    'that ends with a subgraph, without a newline',
    'subgraphs:\n  a:\n    schema: { file: a }\n    error_codes: [A,\n      B]',
  ],
];
for (const [name, text] of files) {
  test(`adds a subgraph to a file ${name}, and removes it, and leaves every other byte as it is`, () => {
    const added = addEntry(text, 'gift-cards', 4004);
    const { subgraphs, ...others } = parse(text);
    assert.deepEqual(parse(added), { ...others, subgraphs: { ...subgraphs, 'gift-cards': ENTRY } });
    assert.deepEqual(Object.keys(parse(added).subgraphs).at(-1), 'gift-cards');
    assert.deepEqual([hasEntry(text, 'gift-cards'), hasEntry(added, 'gift-cards')], [false, true]);
    assert.equal(removeEntry(added, 'gift-cards').trimEnd(), text.trimEnd());
  });

  test(`removes the first subgraph of a file ${name}, and no other`, () => {
    const { subgraphs } = parse(text);
    const [first = '', ...rest] = Object.keys(subgraphs);
    const removed = parse(removeEntry(text, first));
    assert.deepEqual(Object.keys(removed.subgraphs ?? {}), rest);
    for (const other of rest) assert.deepEqual(removed.subgraphs[other], subgraphs[other]);
  });
}

for (const text of [
  '',
  'subgraphs: [a]',
  'subgraphs: { a: { schema: { file: a } } }',
  'subgraphs:\n',
  'subgraphs: {',
]) {
  test(`adds nothing to ${JSON.stringify(text)}`, () => {
    assert.throws(() => addEntry(text, 'b', 1), { name: 'CommandError', message: /^supergraph\.yaml: / });
  });
}
