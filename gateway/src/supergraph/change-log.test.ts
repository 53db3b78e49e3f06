import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { ChangeLog, compareApis } from './change-log.ts';

test('compares types, fields, arguments, values and inputs of two APIs', async () => {
  const before = buildSchema(
    `type Query { a(x: Int): A  b: Int } type A { id: ID } enum E { X Y } input I { n: Int } scalar S`,
  );
  const after = buildSchema(
    `type Query { a(x: Int!): A  c: Int } type A { id: ID! } enum E { X Z } input I { n: Float } union U = A`,
  );
  assert.deepEqual(await compareApis(before, after), {
    added: ['Query.c', 'E.Z', 'U'],
    removed: ['Query.b', 'E.Y', 'S'],
    changed: ['Query.a: (x: Int) A → (x: Int!) A', 'A.id: ID → ID!', 'I.n: Int → Float'],
    omitted: 0,
  });
  assert.deepEqual(await compareApis(before, before), { added: [], removed: [], changed: [], omitted: 0 });
});

test('finds changes of defaults, deprecations, interfaces and kinds', async () => {
  const before = buildSchema(
    `interface N { id: ID } type Query { a(first: Int = 50, old: Int): A } type A implements N { id: ID } type K { x: Int }
    enum E { X } input I { n: [E] = [X] }`,
  );
  const after = buildSchema(
    `interface N { id: ID } type Query { a(first: Int = 20, old: Int @deprecated): A } type A { id: ID @deprecated(reason: "") }
    interface K { x: Int } enum E { X @deprecated } input I { n: [E] }`,
  );
  assert.deepEqual((await compareApis(before, after)).changed, [
    'Query.a: (first: Int = 50, old: Int) A → (first: Int = 20, old: Int @deprecated) A',
    'A: type implements N → type',
    'A.id: ID → ID @deprecated',
    'K: type → interface',
    'E.X: value → value @deprecated',
    'I.n: [E] = [X] → [E]',
  ]);
});

test('keeps a bounded number of changes, each of bounded size', async () => {
  const log = new ChangeLog();
  const wide = buildSchema(
    `type Query { ${Array.from({ length: 5000 }, (_, index) => `field${index}: Int`).join(' ')} }`,
  );
  const api = await compareApis(buildSchema('type Query { a: Int }'), wide);
  assert.equal(api.added.length + api.omitted, 5000);
  for (let number = 0; number < 100; number += 1) {
    log.add({ outcome: 'accepted', what: Array<string>(1000).fill('x'.repeat(100_000)), api });
    log.add({ outcome: 'refused', what: [], reason: `${number} ${'x'.repeat(1_000_000)}` });
  }
  assert.equal(log.list.length, 20);
  assert.match(log.list[0]?.reason ?? '', /^99 x+…$/);
  const { length } = JSON.stringify(log.list);
  assert.ok(length < 3_000_000, `${length} characters`);
});
