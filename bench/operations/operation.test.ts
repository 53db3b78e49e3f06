import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDERS, shopUser } from '../shop-data.ts';
import { AnswerCheck } from './operation.ts';
import { create, page, user } from './shop.ts';

const USER = { user: { ...shopUser(1), orders: ordersAsThePlanHasThem() } };

/** Returns the orders of user 1 as text. Order n belongs to user (37 n mod 100) + 1. */
function ordersAsThePlanHasThem() {
  return Array.from({ length: 20 }, (_, index) => {
    const key = 100 * (index + 1);
    return { id: String(key), amount: (1 + ((key * 7919) % 9900) / 100).toFixed(2), status: 'PENDING' };
  });
}

test('accepts a right answer, also the second time', () => {
  const check = new AnswerCheck(user);
  const text = JSON.stringify({ data: USER });
  assert.ok(check.isRight(0, 200, text));
  assert.ok(check.isRight(0, 200, text));
});

test('rejects an answer with another status, with errors, cut short, or for another key', () => {
  const check = new AnswerCheck(user);
  const text = JSON.stringify({ data: USER });
  assert.ok(!check.isRight(0, 500, text));
  assert.ok(!check.isRight(0, 200, JSON.stringify({ data: USER, errors: [{ message: 'no' }] })));
  assert.ok(!check.isRight(0, 200, text.slice(0, -1)));
  assert.ok(!check.isRight(1, 200, text));
});

test('rejects an answer with one wrong field', () => {
  const check = new AnswerCheck(user);
  const orders = USER.user.orders.with(7, { id: '800', amount: '0.00', status: 'PENDING' });
  assert.ok(!check.isRight(0, 200, JSON.stringify({ data: { user: { ...USER.user, orders } } })));
  assert.ok(!new AnswerCheck(page).isRight(0, 200, JSON.stringify({ data: { orders: [] } })));
});

test('accepts a created order with any id and the requested values', () => {
  const check = new AnswerCheck(create);
  const order = { id: String(ORDERS + 1), amount: '10.50', status: 'PENDING', user: shopUser(1) };
  const answer = (changes: object) => JSON.stringify({ data: { createOrder: { ...order, ...changes } } });
  assert.ok(check.isRight(0, 200, answer({})));
  assert.ok(!check.isRight(0, 200, answer({ id: '1' })));
  assert.ok(!check.isRight(0, 200, answer({ id: undefined })));
  assert.ok(!check.isRight(0, 200, answer({ user: null })));
});
