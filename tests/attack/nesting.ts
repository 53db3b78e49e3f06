import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { send, type Target } from '../harness/targets.ts';
import { targets } from './usual-targets.ts';

// Nesting deeper than any stack, in every part of a request that can be nested, and nesting just within the limit. Both get a
// clear response soon, and no failure.

const SOON_MS = 2000;
const [TOO_DEEP, AS_DEEP_AS_ALLOWED] = [100_000, 480];

const LIST = ['[', ']'] as const;
const OBJECT = ['{"a":', '}'] as const;
const OBJECT_LITERAL = ['{ a: ', ' }'] as const;

const MONEY_VARIABLE = '($m: Money!)';

/** Mutations that take an amount of money. */
const FIELDS_WITH_MONEY: Readonly<Record<string, string>> = {
  gateway: 'createOrder(userId: 1, amount: AMOUNT)',
  orders: 'createOrder(userId: 1, amount: AMOUNT)',
  products: 'createProduct(name: "Lamp", stock: 1, price: AMOUNT)',
};

for (const target of targets) {
  describe(`${target.name}`, () => {
    for (const [name, body] of tooDeep(target)) {
      test(`rejects ${name} nested too deeply`, async () => {
        const { status, codes } = await ask(target, body);
        assert.deepEqual([status, codes], [400, ['OPERATION_LIMIT_EXCEEDED']]);
      });
    }

    for (const [name, body] of deep(target)) {
      test(`answers ${name} nested as deeply as allowed`, async () => {
        const { status, codes } = await ask(target, body);
        assert.ok(status === 200 || status === 400, String(status));
        for (const code of codes) {
          assert.ok(
            /^(BAD_USER_INPUT|BAD_REQUEST|GRAPHQL_VALIDATION_FAILED|OPERATION_LIMIT_EXCEEDED|REQUEST_NOT_SUPPORTED)$/.test(
              code,
            ),
            code,
          );
        }
      });
    }

    test('rejects nesting in the query string', async () => {
      const search = new URLSearchParams({ query: '{ __typename }', variables: '['.repeat(4000) });
      const response = await send(target, { headers: { 'apollo-require-preflight': '1' } }, `?${search}`);
      assert.equal(response.status, 400);
      assert.match(await response.text(), /OPERATION_LIMIT_EXCEEDED/);
    });
  });
}

function tooDeep({ list }: Target): [name: string, body: string][] {
  const query = JSON.stringify(`query ($x: ID) { ${list}(after: $x) { id } }`);
  return [
    ['a body that is a list', nested(LIST, TOO_DEEP)],
    ['a body that is an object', nested(OBJECT, TOO_DEEP)],
    ['a list as a variable', `{"query":${query},"variables":{"x":${nested(LIST, TOO_DEEP)}}}`],
    ['an object as a variable', `{"query":${query},"variables":{"x":${nested(OBJECT, TOO_DEEP)}}}`],
    ['an unused variable', `{"query":"{ __typename }","variables":{"x":${nested(LIST, TOO_DEEP)}}}`],
    ['with a key that needs a look', `{"query":"{ __typename }","variables":{"\\u0061":${nested(OBJECT, TOO_DEEP)}}}`],
    ['extensions', `{"query":"{ __typename }","extensions":${nested(OBJECT, TOO_DEEP)}}`],
    ['a literal list', document(`{ ${list}(first: ${nested(LIST, 5000)}) { id } }`)],
    ['a literal object', document(`{ ${list}(first: ${nested(OBJECT_LITERAL, 5000)}) { id } }`)],
    ['a type', document(`query ($x: ${nested(LIST, 5000)}) { __typename }`)],
    ['selections', document(nested(['{ a ', '}'], 5000))],
    ['inline fragments', document(nested(['{ ... ', '}'], 5000))],
    ['fragments that spread each other', document(chain(2000))],
  ];
}

function deep({ name, list }: Target): [name: string, body: string][] {
  const query = JSON.stringify(`query ($x: ID) { ${list}(after: $x) { id } }`);
  const operation = operationWithMoney(name);
  const money = (json: string) => `{"query":${JSON.stringify(operation('$m'))},"variables":{"m":${json}}}`;
  const literal = (text: string) => document(operation(text).replace(MONEY_VARIABLE, ''));
  const ofScalar: [name: string, body: string][] = [
    ['lists for a custom scalar', money(nested(LIST, AS_DEEP_AS_ALLOWED))],
    ['objects for a custom scalar', money(nested(OBJECT, AS_DEEP_AS_ALLOWED))],
    ['literal lists for a custom scalar', literal(nested(LIST, AS_DEEP_AS_ALLOWED))],
    ['literal objects for a custom scalar', literal(nested(OBJECT_LITERAL, AS_DEEP_AS_ALLOWED))],
    ['literal lists and objects for a custom scalar', literal(nested(['[{ a: ', ' }]'], AS_DEEP_AS_ALLOWED / 2))],
  ];
  return [
    ...(name in FIELDS_WITH_MONEY ? ofScalar : []),
    ...(name === 'gateway' ? [] : [representations(LIST), representations(OBJECT)]),
    ['a list as a variable', `{"query":${query},"variables":{"x":${nested(LIST, AS_DEEP_AS_ALLOWED)}}}`],
    ['an object as a variable', `{"query":${query},"variables":{"x":${nested(OBJECT, AS_DEEP_AS_ALLOWED)}}}`],
    ['a body', nested(LIST, AS_DEEP_AS_ALLOWED)],
    ['a literal list', document(`{ ${list}(first: ${nested(LIST, AS_DEEP_AS_ALLOWED)}) { id } }`)],
    ['a default', document(`query ($x: ID = ${nested(LIST, AS_DEEP_AS_ALLOWED)}) { ${list}(after: $x) { id } }`)],
    ['a type', document(`query ($x: ${nested(LIST, AS_DEEP_AS_ALLOWED, 'ID')}) { ${list}(after: $x) { id } }`)],
    ['selections', document(nested([`{ ${list} `, '}'], AS_DEEP_AS_ALLOWED, '{ id }'))],
    ['inline fragments', document(nested(['{ ... ', '}'], AS_DEEP_AS_ALLOWED, '{ __typename }'))],
  ];
}

function operationWithMoney(name: string): (amount: string) => string {
  const field = FIELDS_WITH_MONEY[name] ?? '';
  return (amount) => `mutation ${MONEY_VARIABLE} { ${field.replace('AMOUNT', () => amount)} { id } }`;
}

function representations(brackets: readonly [string, string]): [name: string, body: string] {
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
  const json = nested(brackets, AS_DEEP_AS_ALLOWED - 10);
  return [`representations in ${brackets[0]}`, `{"query":${JSON.stringify(query)},"variables":{"r":[${json}]}}`];
}

async function ask(target: Target, body: string): Promise<{ status: number; codes: string[] }> {
  const start = performance.now();
  const response = await send(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { errors = [] }: { errors?: { extensions: { code: string } }[] } = JSON.parse(await response.text());
  const ms = performance.now() - start;
  assert.ok(ms < SOON_MS, `${ms} ms`);
  return { status: response.status, codes: errors.map(({ extensions }) => extensions.code) };
}

function document(query: string): string {
  return JSON.stringify({ query });
}

function nested([open, close]: readonly [string, string], depth: number, inside = '1'): string {
  return `${open.repeat(depth)}${inside}${close.repeat(depth)}`;
}

/** Returns fragments that each spread the next one. */
function chain(length: number): string {
  const all = Array.from({ length }, (_, n) => `fragment F${n} on Query { ...F${n + 1} }`);
  return `{ ...F0 } ${all.join(' ')} fragment F${length} on Query { __typename }`;
}
