import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownOperations } from './known-operations.ts';

test('distinguishes operations by document and by name', () => {
  const known = new KnownOperations<{ is: string }>(100);
  known.set('{ a }', undefined, { is: 'unnamed' });
  known.set('{ a }', '', { is: 'empty' });
  assert.deepEqual(
    [known.get('{ a }', undefined), known.get('{ a }', ''), known.get('{ a }', 'A'), known.get('{ b }', undefined)],
    [{ is: 'unnamed' }, { is: 'empty' }, undefined, undefined],
  );
});

test('evicts the least recently used documents', () => {
  const known = new KnownOperations<{ at: number }>(100);
  const documents = Array.from({ length: 10 }, (_, at) => `{ field${at} }`.padEnd(29));
  for (const [at, document] of documents.entries()) known.set(document, undefined, { at });
  const kept = documents.filter((document) => known.get(document, undefined));
  assert.deepEqual(kept, documents.slice(-3));
});
