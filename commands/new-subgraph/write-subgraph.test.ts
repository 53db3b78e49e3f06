import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeSubgraph } from './write-subgraph.ts';

function setUp(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'subgraphs'));
  return root;
}

test('writes each file of the template under the new names, without the old ones', async (t) => {
  const root = setUp(t);
  await writeSubgraph(root, { subgraph: 'gift-cards', entity: 'gift-card' }, 4321);
  const folder = join(root, 'subgraphs', 'gift-cards');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length >= 13, String(files.length));
  for (const { parentPath, name } of files) {
    assert.doesNotMatch(name + readFileSync(join(parentPath, name), 'utf8'), /sample/i);
  }
  assert.ok(existsSync(join(folder, 'src/database/gift-cards.ts')));
  assert.equal(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).config.port, 4321);
  assert.deepEqual(readdirSync(join(root, '.cache')), []);
});

for (const [subgraph, entity, clash] of [
  ['contexts', 'context', 'context'],
  ['query-plans', 'query', 'query|Query'],
  ['operations', 'operation', 'operation'],
] as const) {
  test(`writes nothing for ${subgraph}, which the code uses as a name itself`, async (t) => {
    const root = setUp(t);
    await assert.rejects(writeSubgraph(root, { subgraph, entity }, 4321), {
      name: 'CommandError',
      message: new RegExp(`^${subgraph}: the code of a subgraph uses the name (${clash}) itself; give another$`),
    });
    assert.deepEqual(readdirSync(join(root, 'subgraphs')), []);
  });
}

test('writes nothing if a name is a keyword', async (t) => {
  const root = setUp(t);
  await assert.rejects(writeSubgraph(root, { subgraph: 'while', entity: 'whilst' }, 4321), {
    name: 'CommandError',
    message: /^The code can't be written with these names; give others\n/,
  });
  assert.deepEqual(readdirSync(join(root, 'subgraphs')), []);
});
