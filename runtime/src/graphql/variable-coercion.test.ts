import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, getOperationAST, getVariableValues, parse } from 'graphql';
import { compileCoercion } from './variable-coercion.ts';

const schema = buildSchema(`
  enum Size { SMALL LARGE }
  input Box { size: Size! = SMALL, weight: Float }
  scalar Money
  type Query { field(id: ID, float: Float, is: Boolean): Int }
`);

const TYPES = ['ID', 'String', 'Int', 'Float', 'Boolean', 'Money', 'Size', 'Box', '[ID!]', '[Box]'];

const VALUES = [
  ['absent', {}],
  ...[
    ...[null, undefined, 'x', '', '1', 'SMALL', true, false, [], ['1', 2], {}, { size: 'LARGE' }, { weight: '1' }],
    ...[0, -0, 1, 1.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, 1e300, Number.NaN, Infinity],
    ...[10n, new Date(0)],
  ].map((value) => [String(value), { v: value }] as const),
] as const;

for (const type of TYPES) {
  test(`variables of ${type} are coerced as graphql-js does it`, () => {
    for (const usage of [type, `${type}!`, `${type} = ${type.startsWith('[') ? '[]' : 'null'}`]) {
      const definitions = getOperationAST(parse(`query($v: ${usage}) { field }`))?.variableDefinitions ?? [];
      const coerce = compileCoercion(schema, definitions);
      for (const [name, given] of VALUES) {
        const expected = getVariableValues(schema, definitions, given, { maxErrors: 50 });
        assert.deepEqual(coerce(given), expected, `${usage} with ${name}`);
      }
    }
  });
}

test('a variable that needs coercion leaves none of them out', () => {
  const { variableDefinitions = [] } = getOperationAST(parse('query($a: ID!, $b: ID!, $c: Int = 3) { field }')) ?? {};
  const coerce = compileCoercion(schema, variableDefinitions);
  assert.deepEqual(coerce({ a: 'x', b: 7 }), { coerced: { a: 'x', b: '7', c: 3 } });
  assert.deepEqual(coerce({ a: 'x', b: 'y', c: 4, other: 1 }), { coerced: { a: 'x', b: 'y', c: 4 } });
});
