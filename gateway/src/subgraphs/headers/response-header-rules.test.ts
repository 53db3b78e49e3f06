import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import type { ResponseRule } from '../../configuration/sections/headers.ts';
import { AnswerHeaders, ResponseHeaderRules } from './response-header-rules.ts';

const NEITHER = { isUncacheable: false, isPersonal: false };

function headersOf(
  rules: readonly ResponseRule[],
  answers: readonly IncomingHttpHeaders[],
  inserted: { name: string; value: string }[] = [],
) {
  const answer = new AnswerHeaders(inserted, false);
  const compiled = new ResponseHeaderRules(rules);
  for (const headers of answers) answer.add(compiled, headers);
  return Object.fromEntries(answer.entries(NEITHER));
}

test('takes the first, the last or all values of several answers', () => {
  const rules = (['first', 'last', 'append'] as const).map((algorithm) => ({
    propagate: { named: algorithm, algorithm },
  }));
  const answers = ['1', '2', '3'].map((value) => ({ first: value, last: value, append: value, other: value }));
  assert.deepEqual(headersOf(rules, answers), { first: '1', last: '3', append: '1, 2, 3' });
  assert.deepEqual(headersOf([{ propagate: { named: 'other' } }], answers), { other: '3' });
});

test('renames, matches, inserts and removes headers, rule by rule', () => {
  const answer = { 'x-a': '1', 'x-b': '2', c: '3' };
  const all: ResponseRule = { propagate: { matching: '^X-' } };
  assert.deepEqual(headersOf([all], [answer]), { 'x-a': '1', 'x-b': '2' });
  assert.deepEqual(headersOf([all, { remove: { named: 'x-a' } }], [answer]), { 'x-b': '2' });
  assert.deepEqual(headersOf([all, { remove: { matching: '.' } }], [answer]), {});
  assert.deepEqual(headersOf([{ propagate: { named: 'c', rename: 'x-c' } }], [answer]), { 'x-c': '3' });
  assert.deepEqual(headersOf([{ propagate: { named: 'd', default: '4' } }], [answer]), { d: '4' });
  assert.deepEqual(headersOf([{ insert: { name: 'x-i', value: '5' } }], [answer]), { 'x-i': '5' });
  assert.deepEqual(headersOf([all], [answer], [{ name: 'x-a', value: 'ours' }]), { 'x-a': 'ours', 'x-b': '2' });
  assert.deepEqual(headersOf([], [], [{ name: 'x-a', value: 'ours' }]), { 'x-a': 'ours' });
});

test('passes neither headers of the connection nor those of one message', () => {
  const dropped = {
    connection: 'x-mine',
    'x-mine': '1',
    'keep-alive': 'timeout=5',
    'proxy-authenticate': 'Basic',
    'transfer-encoding': 'chunked',
    trailer: 'x',
    upgrade: 'h2c',
    'content-length': '5',
    'content-type': 'text/plain',
    'content-encoding': 'gzip',
    'set-cookie': ['a=b'],
    'access-control-allow-origin': '*',
    date: 'now',
    etag: '"a"',
    vary: 'x',
    'x-subgraph-secret': 'whole',
    'x-deadline-ms': '1',
    split: 'a\r\nb: c',
    beyond: 'Ł',
  };
  assert.deepEqual(headersOf([{ propagate: { matching: '.*' } }], [{ ...dropped, 'x-a': '1' }]), { 'x-a': '1' });
});

test('lets an answer be cached only as long as each of its parts', () => {
  const rules = new ResponseHeaderRules([{ propagate: { named: 'cache-control' } }]);
  const merged = (answers: IncomingHttpHeaders[], told = NEITHER) => {
    const answer = new AnswerHeaders([], true);
    for (const headers of answers) answer.add(rules, headers);
    const { 'cache-control': control, age } = Object.fromEntries(answer.entries(told));
    return age === undefined ? control : `${control}; age ${age}`;
  };
  const minute = { 'cache-control': 'max-age=60' };
  assert.equal(merged([minute, { 'cache-control': 'max-age=5' }]), 'max-age=5');
  assert.equal(merged([minute, {}]), 'no-store', 'a call that says nothing');
  assert.equal(merged([]), 'no-store', 'no call');
  assert.equal(merged([minute], { ...NEITHER, isUncacheable: true }), 'no-store');
  assert.equal(merged([minute], { ...NEITHER, isPersonal: true }), 'private, max-age=60');
  assert.equal(merged([{ ...minute, age: '50' }, minute]), 'max-age=60; age 50');
  assert.equal(
    merged([
      { ...minute, age: '5' },
      { 'cache-control': 'max-age=90', age: '70' },
    ]),
    'max-age=90; age 70',
  );
  assert.equal(merged([{ ...minute, age: '50' }, { 'cache-control': 'max-age=5' }]), 'max-age=55; age 50');
  assert.equal(merged([{ ...minute, age: '70' }, minute]), 'max-age=0; age 70');
  assert.equal(merged([{ ...minute, age: '50' }, {}]), 'no-store');
  assert.equal(merged([{ ...minute, age: '-50' }]), 'max-age=60');
  assert.equal(merged([{ ...minute, age: '50, 1' }]), 'max-age=60; age 50');
  const age = new ResponseHeaderRules([{ propagate: { matching: '^(age|cache-control)$' } }]);
  const answer = new AnswerHeaders([], true);
  answer.add(age, { ...minute, age: '50' });
  assert.deepEqual(
    [...answer.entries(NEITHER)],
    [
      ['cache-control', 'max-age=60'],
      ['age', '50'],
    ],
    'one age, of all parts',
  );
  assert.equal(merged([{ ...minute, vary: 'authorization' }]), 'no-store');
  assert.equal(merged([{ ...minute, vary: 'Accept-Encoding' }]), 'max-age=60');
});
