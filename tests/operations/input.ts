import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, errorsOf } from '../harness/client.ts';
import { ada, graph } from './graph.ts';

const user = ada;

const ID_RULE = 'must be an id: a whole number from 1, such as "42"';

/** Malformed arguments with the ends of their messages, which name the argument, the value and the rule. */
const REFUSED: [operation: string, message: string][] = [
  ['{ user(id: "x") { id } }', `id: "x" ${ID_RULE}`],
  ['{ user(id: "0") { id } }', `id: "0" ${ID_RULE}`],
  ['{ user(id: "1.5") { id } }', `id: "1.5" ${ID_RULE}`],
  ['{ user(id: "-1") { id } }', `id: "-1" ${ID_RULE}`],
  ['{ user(id: "") { id } }', `id: "" ${ID_RULE}`],
  ['{ user(id: "99999999999999999999") { id } }', `id: "99999999999999999999" ${ID_RULE}`],
  ['{ users(first: 0) { id } }', 'first: 0 must be from 1 to 100'],
  ['{ users(first: -1) { id } }', 'first: -1 must be from 1 to 100'],
  ['{ users(first: 101) { id } }', 'first: 101 must be from 1 to 100'],
  ['{ users(after: "x") { id } }', `after: "x" ${ID_RULE}`],
  ['{ order(id: "x") { id } }', `id: "x" ${ID_RULE}`],
  ['{ orders(first: 101) { id } }', 'first: 101 must be from 1 to 100'],
  ['{ orders(after: "x") { id } }', `after: "x" ${ID_RULE}`],
  ['{ orders(userId: "x") { id } }', `userId: "x" ${ID_RULE}`],
  ['mutation { createUser(name: "  ", email: "a@b.co") { id } }', 'name: "  " must not be empty'],
  [
    'mutation { createUser(name: "a\\u0007", email: "a@b.co") { id } }',
    'name: "a\\u0007" must not have control characters',
  ],
  [
    `mutation { createUser(name: "${'n'.repeat(101)}", email: "a@b.co") { id } }`,
    `name: "${'n'.repeat(79)}… must be at most 100 characters`,
  ],
  ['mutation { createUser(name: "A", email: "") { id } }', 'email: "" must not be empty'],
  ...['no address', 'a@b', '@b.co', 'a b@c.de'].map((email): [string, string] => [
    `mutation { createUser(name: "A", email: "${email}") { id } }`,
    `email: "${email}" must be an e-mail address, such as "ada@example.com"`,
  ]),
  [
    `mutation { createUser(name: "A", email: "${'a'.repeat(250)}@b.co") { id } }`,
    `email: "${'a'.repeat(79)}… must be at most 254 characters`,
  ],
  ['mutation { createOrder(userId: "x", amount: 1) { id } }', `userId: "x" ${ID_RULE}`],
  ...['"1e2"', '"ten"', '""', '"10,50"', '"+1"', '".5"', 'true', '[1]', '{ of: 1 }'].map((amount): [string, string] => [
    `mutation { createOrder(userId: ${user}, amount: ${amount}) { id } }`,
    'must be an amount such as "10.50", 10.5 or 10',
  ]),
  [
    `mutation { createOrder(userId: ${user}, amount: 10.505) { id } }`,
    'amount: "10.505" must have at most two decimals',
  ],
  [
    `mutation { createOrder(userId: ${user}, amount: "1.000") { id } }`,
    'amount: "1.000" must have at most two decimals',
  ],
  [`mutation { createOrder(userId: ${user}, amount: 0) { id } }`, 'amount: "0" must be more than zero'],
  [`mutation { createOrder(userId: ${user}, amount: -1) { id } }`, 'amount: "-1" must be more than zero'],
  [
    `mutation { createOrder(userId: ${user}, amount: 90071992547409.92) { id } }`,
    'amount: "90071992547409.92" must be at most 90071992547409.91',
  ],
  [
    `mutation { createOrder(userId: ${user}, amount: 1, idempotencyKey: " ") { id } }`,
    'idempotencyKey: " " must not be empty',
  ],
  [
    `mutation { createOrder(userId: ${user}, amount: 1, idempotencyKey: "${'k'.repeat(256)}") { id } }`,
    `idempotencyKey: "${'k'.repeat(79)}… must be at most 255 characters`,
  ],
];

test('reports a malformed argument with its name, its value and the rule', async () => {
  for (const [operation, message] of REFUSED) {
    const answer = await ask(graph.url, operation);
    const [error, ...others] = errorsOf(answer);
    const [, field] = /\b(user|users|order|orders|createUser|createOrder)\(/.exec(operation) ?? [];
    assert.ok(
      error?.startsWith(`BAD_USER_INPUT at ${field}: `) && error.endsWith(message),
      `${operation}: ${answer.text}`,
    );
    assert.deepEqual(others, []);
  }
});

test('does not call users for an invalid order', async () => {
  graph.verificationProxy.calls.length = 0;
  await ask(graph.url, `mutation { createOrder(userId: ${user}, amount: 0) { id } }`);
  assert.equal(graph.verificationProxy.calls.length, 0);
});

test('fails only the nested field for its malformed argument', async () => {
  const answer = await ask(graph.url, `{ user(id: ${user}) { name orders(first: 0) { id } } }`);
  assert.deepEqual(answer.data, { user: { name: 'Ada Lovelace', orders: null } });
  assert.deepEqual(errorsOf(answer), ['BAD_USER_INPUT at user.orders: first: 0 must be from 1 to 100']);
});

test('validates amounts in variables as strictly as literals', async () => {
  const mutation = `mutation ($amount: Money!) { createOrder(userId: ${user}, amount: $amount) { id } }`;
  const refusal = async (amount: unknown) => errorsOf(await ask(graph.url, mutation, { amount }));
  assert.deepEqual(await refusal('10.505'), [
    'BAD_USER_INPUT at createOrder: amount: "10.505" must have at most two decimals',
  ]);
  assert.deepEqual(await refusal(10.505), [
    'BAD_USER_INPUT at createOrder: amount: 10.505 must have at most two decimals',
  ]);
  assert.deepEqual(await refusal(-1), ['BAD_USER_INPUT at createOrder: amount: -1 must be more than zero']);
});
