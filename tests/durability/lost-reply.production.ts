import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import type { Behaviour } from '../harness/behaviours.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { readRows } from '../harness/rows.ts';
import { keyOf, startShop } from './shop.ts';

const SUBMISSIONS = times(100);

const shop = await startShop({ after });
let number = 0;

afterEach(() => {
  shop.proxy.behaviour = 'pass';
});

const LOSSES: Behaviour[] = ['lose the answer', 'cut the answer'];
for (const loss of LOSSES) {
  test(`returns the same order for the same key if the reply is lost after the commit (${loss}), ${SUBMISSIONS} times`, async () => {
    for (let submission = 1; submission <= SUBMISSIONS; submission += 1) {
      number += 1;
      shop.proxy.behaviour = loss;
      await assert.rejects(shop.submit(number));
      const [committed, ...others] = ordersOf(number);
      assert.ok(committed && others.length === 0);

      shop.proxy.behaviour = 'pass';
      const { data } = await shop.submit(number);
      assert.equal(data?.createOrder.id, committed.id);
      assert.equal(ordersOf(number).length, 1);
      tellProgress(loss, submission, SUBMISSIONS);
    }
  });
}

test(`creates one order for a call that arrives twice, ${SUBMISSIONS} times`, async () => {
  shop.proxy.behaviour = 'arrive twice';
  for (let submission = 1; submission <= SUBMISSIONS; submission += 1) {
    number += 1;
    const { data, text } = await shop.submit(number);
    assert.ok(data, text);
    assert.deepEqual(ordersOf(number), [{ id: data.createOrder.id }]);
    tellProgress('arrived twice', submission, SUBMISSIONS);
  }
});

function ordersOf(number: number): { id: string }[] {
  const key = keyOf(number);
  return readRows(shop.file, `select cast(id as text) as id from orders where idempotency_key = '${key}'`);
}
