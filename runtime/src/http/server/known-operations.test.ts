import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldBytes } from '../../caching/held-bytes.ts';
import { KnownOperations } from './known-operations.ts';

function holding(bytes: number): HeldBytes {
  const held = new HeldBytes();
  held.add(bytes);
  return held;
}

test('distinguishes operations by document and by name', () => {
  const known = new KnownOperations<{ is: string }>(10_000);
  known.set('{ a }', undefined, { is: 'unnamed' }, holding(100));
  known.set('{ a }', '', { is: 'empty' }, holding(100));
  assert.deepEqual(
    [known.get('{ a }', undefined), known.get('{ a }', ''), known.get('{ a }', 'A'), known.get('{ b }', undefined)],
    [{ is: 'unnamed' }, { is: 'empty' }, undefined, undefined],
  );
});

test('evicts the least recently used documents', () => {
  const known = new KnownOperations<{ at: number }>(4000);
  const documents = Array.from({ length: 10 }, (_, at) => `{ field${at} }`);
  for (const [at, document] of documents.entries()) known.set(document, undefined, { at }, holding(1000));
  const kept = documents.filter((document) => known.get(document, undefined));
  assert.deepEqual(kept, documents.slice(-3));
});

test('evicts documents as the operations of others grow', () => {
  const known = new KnownOperations<{ at: number }>(4000);
  const [first, second] = [holding(1000), holding(1000)];
  known.set('{ a }', 'A', { at: 1 }, first);
  known.set('{ a }', 'B', { at: 2 }, second);
  known.set('{ b }', undefined, { at: 3 }, holding(1000));
  second.add(1000);
  assert.equal(known.get('{ b }', undefined), undefined);
  assert.deepEqual(known.get('{ a }', 'A'), { at: 1 });
});
