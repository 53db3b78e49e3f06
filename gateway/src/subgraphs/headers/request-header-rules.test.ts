import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import type { RequestRule } from '../../configuration/sections/headers.ts';
import { RequestHeaderRules } from './request-header-rules.ts';

function forwarded(rules: readonly RequestRule[], headers: IncomingHttpHeaders, claims?: Record<string, unknown>) {
  return { ...new RequestHeaderRules(rules).apply({ headers, claims }).values };
}

const ALL: RequestRule = { propagate: { matching: '.*' } };

test('passes named headers on, under another name or with a default', () => {
  const rules = [
    { propagate: { named: 'a' } },
    { propagate: { named: 'b', rename: 'x-b' } },
    { propagate: { named: 'c', default: 'none' } },
    { propagate: { named: 'd' } },
  ];
  assert.deepEqual(forwarded(rules, { a: '1', b: '2', e: '5' }), { a: '1', 'x-b': '2', c: 'none' });
});

test('takes no property of Object.prototype for a header', () => {
  const rules = ['constructor', '__proto__', 'tostring'].map((named) => ({ propagate: { named } }));
  assert.deepEqual(forwarded(rules, {}), {});
});

test('runs rules in their order; the first that propagates to a name counts', () => {
  const { propagate } = { propagate: { named: 'a', rename: 'b' } };
  assert.deepEqual(forwarded([{ propagate }, { propagate: { named: 'b' } }], { a: '1', b: '2' }), { b: '1' });
  assert.deepEqual(forwarded([{ propagate: { named: 'b' } }, { propagate }], { a: '1', b: '2' }), { b: '2' });
  const remove = { remove: { matching: '^x-' } };
  assert.deepEqual(forwarded([ALL, remove], { a: '1', 'x-b': '2', 'x-c': '3' }), { a: '1' });
  assert.deepEqual(forwarded([remove, ALL], { a: '1', 'x-b': '2' }), { a: '1', 'x-b': '2' });
  assert.deepEqual(forwarded([ALL, { remove: { named: 'a' } }], { a: '1', b: '2' }), { b: '2' });
});

test('passes neither headers of the connection, nor those the client lists as such, nor the secret', () => {
  const kept = { authorization: 'Bearer t', cookie: 'a=b', 'accept-language': 'de', 'x-a': '1' };
  const dropped = {
    connection: 'keep-alive, X-Mine',
    'x-mine': '1',
    'keep-alive': 'timeout=5',
    'proxy-authorization': 'Basic x',
    'proxy-connection': 'keep-alive',
    te: 'trailers',
    trailer: 'x',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    host: 'a',
    'content-length': '5',
    'content-type': 'text/plain',
    'content-encoding': 'gzip',
    accept: '*/*',
    'accept-encoding': 'br',
    expect: '100-continue',
    'if-none-match': '*',
    'x-subgraph-secret': 'guess',
    'x-deadline-ms': '99999999',
  };
  assert.deepEqual(forwarded([ALL], { ...kept, ...dropped }), kept);
  assert.deepEqual(forwarded([{ propagate: { named: 'x-mine', default: 'ours' } }], dropped), { 'x-mine': 'ours' });
});

test('passes no invalid value', () => {
  assert.deepEqual(forwarded([ALL], { a: '1\r\nb: 2', c: '\u007f', d: 'Ł', e: 'é' }), { e: 'é' });
});

test('never fills an inserted header from the client, wherever the rule stands', () => {
  const insert = { insert: { name: 'x-user', claim: 'sub' } };
  for (const rules of [
    [insert, ALL],
    [ALL, insert],
    [{ propagate: { named: 'x-user' } }, insert, { propagate: { named: 'other', rename: 'x-user' } }],
  ]) {
    const client = { 'x-user': 'root', other: 'root' };
    assert.equal(forwarded(rules, client, { sub: 'ann' })['x-user'], 'ann');
    assert.equal(forwarded(rules, client)['x-user'], undefined);
    assert.equal(forwarded(rules, client, {})['x-user'], undefined);
  }
  const literal = { insert: { name: 'x-key', value: 'k' } };
  assert.deepEqual(forwarded([literal, ALL], { 'x-key': 'root' }), { 'x-key': 'k' });
});

test('treats names as one that servers may not tell apart', () => {
  const insert = { insert: { name: 'x-user-id', claim: 'sub' } };
  const client = { 'x-user_id': 'root', x_user_id: 'root', 'x.user-id': 'root', 'x-user-id2': '1' };
  assert.deepEqual(forwarded([ALL, insert], client, { sub: 'ann' }), { 'x-user-id': 'ann', 'x-user-id2': '1' });
  assert.deepEqual(forwarded([ALL, insert], client), { 'x-user-id2': '1' });
  const named = ['x-user_id', 'x_user_id'].map((name) => ({ propagate: { named: 'a', rename: name } }));
  assert.deepEqual(forwarded([...named, insert], { a: 'root' }), {});
  for (const remove of [{ named: 'x-user-id' }, { matching: '^x-user-id$' }]) {
    assert.deepEqual(forwarded([ALL, { remove }], client), { 'x-user-id2': '1' });
  }
  const reserved = {
    x_subgraph_secret: 'guess',
    x_deadline_ms: '9',
    content_length: '5',
    transfer_encoding: 'chunked',
  };
  assert.deepEqual(forwarded([ALL], reserved), {});
});

test('sends a claim as text or JSON, and finds nested ones', () => {
  const claims = {
    sub: 'auth0|7',
    level: 3,
    isStaff: false,
    roles: ['a', 'é"\n'],
    realm: { access: { roles: ['b'] } },
    'https://shop.example/plan': 'pro',
    nothing: null,
  };
  const valueOfClaim = (claim: string) => forwarded([{ insert: { name: 'x', claim } }], {}, claims).x;
  assert.equal(valueOfClaim('sub'), 'auth0|7');
  assert.equal(valueOfClaim('level'), '3');
  assert.equal(valueOfClaim('isStaff'), 'false');
  assert.equal(valueOfClaim('roles'), '["a","\\u00e9\\"\\n"]');
  assert.equal(valueOfClaim('realm.access.roles'), '["b"]');
  assert.equal(valueOfClaim('https://shop.example/plan'), 'pro');
  for (const none of ['nothing', 'realm.none', 'sub.length', 'constructor', '__proto__', 'realm.constructor.name']) {
    assert.equal(valueOfClaim(none), undefined, none);
  }
});

test('encodes claims so that none splits a request and no two look alike', () => {
  const texts = [
    '["a"]',
    '{}',
    'a\r\nx-admin: 1',
    ' a',
    'a',
    'a ',
    '%20a',
    'Łukasz',
    'é',
    '\u0000',
    '\ud800',
    'a%0D',
    '\t',
  ];
  const values = texts.map((sub) => forwarded([{ insert: { name: 'x', claim: 'sub' } }], {}, { sub }).x ?? '');
  assert.equal(values[0], '%5B"a"]');
  assert.equal(values[1], '%7B}');
  assert.equal(values[2], 'a%0D%0Ax-admin: 1');
  assert.equal(values[7], '%C5%81ukasz');
  for (const value of values) assert.match(value, /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/);
  assert.equal(new Set(values).size, texts.length);
  const whole = texts.filter((text) => text.isWellFormed());
  assert.deepEqual(
    whole.map((sub) => decodeURIComponent(forwarded([{ insert: { name: 'x', claim: 'sub' } }], {}, { sub }).x ?? '')),
    whole,
  );
});

test('gives equal headers an equal identity, and others another', () => {
  const rules = new RequestHeaderRules([ALL]);
  const identity = (headers: IncomingHttpHeaders) => rules.apply({ headers, claims: undefined }).identity;
  assert.equal(identity({ a: '1', b: '2' }), identity({ b: '2', a: '1' }));
  assert.notEqual(identity({ a: '1', b: '2' }), identity({ a: '2', b: '1' }));
  assert.notEqual(identity({ a: '1' }), identity({ a: '1', b: '' }));
  assert.equal(identity({ accept: 'x' }), identity({}));
});
