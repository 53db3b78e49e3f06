import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { argumentList } from './api-text.ts';

const ARGUMENTS = `(${[
  'a: Int = 1',
  'b: String = "\\"x\\""',
  'c: Sort! = NAME',
  'd: [Sort!] = [NAME, PRICE]',
  'e: Filter = {sort: PRICE, text: "a", within: {sort: NAME}, any: {k: [1, {l: "NAME"}]}}',
  'f: Any = {sort: "PRICE"}',
  'g: [Filter] = [{text: null}, null]',
  'h: Boolean = false',
  'i: Float',
].join(', ')})`;

test('writes defaults as SDL has them', () => {
  const schema = buildSchema(`
    scalar Any
    enum Sort { NAME PRICE }
    input Filter { sort: Sort text: String within: Filter any: Any }
    type Query { products${ARGUMENTS}: Int }
  `);
  assert.equal(argumentList(schema.getQueryType()?.getFields().products?.args ?? []), ARGUMENTS);
});
