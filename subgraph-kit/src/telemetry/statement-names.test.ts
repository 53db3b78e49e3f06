import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from './statement-names.ts';

test('names a statement by its kind and its table', () => {
  for (const [sql, name] of [
    ['select * from "users" where "id" in (select value from json_each(?))', 'SELECT users'],
    ['insert into "orders" ("user_id") values (?) returning *', 'INSERT orders'],
    ['update "sagas" set "state" = ? where "order_id" = ?', 'UPDATE sagas'],
    ['delete from "items"', 'DELETE items'],
    ['select *, 0 as page from (select * from "orders" limit ?) union all select 1', 'SELECT orders'],
    ['begin immediate', 'BEGIN'],
    ['', 'STATEMENT'],
  ] as const) {
    assert.equal(nameOf(sql).summary, name);
  }
});

test('keeps few names of statements whose text varies', () => {
  const first = nameOf('select 0');
  for (let number = 0; number < 2000; number += 1) nameOf(`select ${number}`);
  assert.notEqual(nameOf('select 0'), first);
});
