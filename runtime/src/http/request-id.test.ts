import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestIdOf } from './request-id.ts';

test("uses a caller's x-request-id if it can be logged, or else a new id", () => {
  const idOf = (id?: string) => requestIdOf({ headers: id === undefined ? {} : { 'x-request-id': id } });
  assert.equal(idOf('web:1.a_b-c'), 'web:1.a_b-c');
  assert.equal(idOf('x'.repeat(128)), 'x'.repeat(128));
  for (const id of [undefined, '', 'a b', 'a\u001b[31m', 'a, b', 'é', 'x'.repeat(129)]) {
    assert.match(idOf(id), /^[\da-f-]{36}$/);
  }
  assert.notEqual(idOf(), idOf());
});
