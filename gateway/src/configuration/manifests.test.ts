import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readManifests } from './manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
after(() => rmSync(folder, { recursive: true }));

function read(files: Readonly<Record<string, unknown>>) {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const settings = { safelist: undefined, localManifests: Object.keys(files), logUnknown: false, operations: [] };
  return readManifests(settings, folder);
}

function apollo(...operations: unknown[]) {
  return { format: 'apollo-persisted-query-manifest', version: 1, operations };
}

test("reads Apollo's format and Relay's from several files, by paths relative to the folder", () => {
  const operation = { id: 'a', body: '{ a }', name: 'A', type: 'query' };
  const { localManifests, operations } = read({ 'apollo.json': apollo(operation), 'relay.json': { b: '{ b }' } });
  assert.deepEqual(localManifests, [join(folder, 'apollo.json'), join(folder, 'relay.json')]);
  assert.deepEqual(operations, [
    { id: 'a', body: '{ a }' },
    { id: 'b', body: '{ b }' },
  ]);
});

test('allows the same operation in several manifests', () => {
  assert.equal(read({ 'a.json': { a: '{ a }' }, 'b.json': { a: '{ a }' } }).operations.length, 1);
});

const WRONG: [name: string, content: unknown, says: RegExp][] = [
  ['invalid JSON', '{', /a\.json: can't be read: .*JSON/],
  [
    'another format',
    { format: 'other', version: 1, operations: [] },
    /a\.json: not a manifest: format: .*Apollo's format/,
  ],
  ['another version', { ...apollo(), version: 2 }, /a\.json: not a manifest: version: /],
  ['an operation without a body', apollo({ id: 'a' }), /a\.json: not a manifest: operations\.0\.body: /],
  ['a text that is a number', { a: 5 }, /a\.json: not a manifest: a: .*Relay's/],
  ['a list', ['{ a }'], /a\.json: not a manifest: /],
  ['an operation that can not be parsed', { a: '{ a' }, /a\.json: a: Syntax Error: Expected Name, found <EOF>\./],
];

for (const [name, content, says] of WRONG) {
  test(`rejects ${name}, naming the file`, () => {
    assert.throws(
      () => read({ 'a.json': content }),
      (error) => error instanceof ConfigurationError && says.test(error.message),
    );
  });
}

test('reports all mistakes at once: an id used twice, and a missing file', () => {
  writeFileSync(join(folder, 'a.json'), '{"a":"{ a }"}');
  writeFileSync(join(folder, 'b.json'), '{"a":"{ b }"}');
  const localManifests = ['a.json', 'b.json', 'nowhere.json'];
  assert.throws(
    () => readManifests({ safelist: undefined, localManifests, logUnknown: false, operations: [] }, folder),
    /b\.json: a: duplicate id of a different operation; give each operation its own\n.*nowhere\.json: can't be read: ENOENT/,
  );
});
