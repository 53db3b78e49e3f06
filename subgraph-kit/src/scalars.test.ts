import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseValue, valueFromAST } from 'graphql';
import { DateTime, Money, parseAmount } from './scalars.ts';

/** Parses a literal as an argument of type Money. */
function literal(text: string): unknown {
  return valueFromAST(parseValue(text), Money);
}

function badAmount(message: string) {
  return { message: `amount: ${message}`, extensions: { code: 'BAD_USER_INPUT', argument: 'amount' } };
}

describe('an amount to pay', () => {
  const same: [name: string, value: unknown, amountMinor: number][] = [
    ['the string "10.50"', '10.50', 1050],
    ['the string "10.5"', '10.5', 1050],
    ['the string "10"', '10', 1000],
    ['a string with spaces around it', ' 10.50 ', 1050],
    ['the number 10.5', 10.5, 1050],
    ['the number 10', 10, 1000],
    ['the literal 10.50', literal('10.50'), 1050],
    ['the literal 10', literal('10'), 1000],
    ['the literal "10.50"', literal('"10.50"'), 1050],
    ['the smallest', '0.01', 1],
    ['a number that binary fractions miss', 0.29, 29],
    ['the largest', '90071992547409.91', Number.MAX_SAFE_INTEGER],
    ['the largest as a literal', literal('90071992547409.91'), Number.MAX_SAFE_INTEGER],
  ];
  for (const [name, value, amountMinor] of same) {
    test(`may be ${name}`, () => assert.equal(parseAmount('amount', value), amountMinor));
  }

  const refused: [value: unknown, message: string][] = [
    [
      JSON.parse('80000000000000.01'),
      '80000000000000.02 must be written as a string: a number of so many digits is not exact',
    ],
    ['10.505', '"10.505" must have at most two decimals'],
    [10.505, '10.505 must have at most two decimals'],
    ['10.500', '"10.500" must have at most two decimals'],
    [0, '0 must be more than zero'],
    ['0.00', '"0.00" must be more than zero'],
    [-1, '-1 must be more than zero'],
    ['-10.50', '"-10.50" must be more than zero'],
    ['90071992547409.92', '"90071992547409.92" must be at most 90071992547409.91'],
    ['abc', '"abc" must be an amount such as "10.50", 10.5 or 10'],
    ['', '"" must be an amount such as "10.50", 10.5 or 10'],
    ['1,50', '"1,50" must be an amount such as "10.50", 10.5 or 10'],
    ['.5', '".5" must be an amount such as "10.50", 10.5 or 10'],
    ['1e3', '"1e3" must be an amount such as "10.50", 10.5 or 10'],
    [1e21, '1e+21 must be an amount such as "10.50", 10.5 or 10'],
    [true, 'true must be an amount such as "10.50", 10.5 or 10'],
    [null, 'null must be an amount such as "10.50", 10.5 or 10'],
    [undefined, 'undefined must be an amount such as "10.50", 10.5 or 10'],
    [{ amount: 1 }, '{"amount":1} must be an amount such as "10.50", 10.5 or 10'],
  ];
  for (const [value, message] of refused) {
    test(`can't be ${JSON.stringify(value)}`, () =>
      assert.throws(() => parseAmount('amount', value), badAmount(message)));
  }

  test('is not repeated whole in the error if it is long', () => {
    const message = `"${'9'.repeat(79)}… must be at most 90071992547409.91`;
    assert.throws(() => parseAmount('amount', '9'.repeat(1000)), badAmount(message));
  });
});

describe('Money', () => {
  const printed: [amountMinor: number, text: string][] = [
    [1050, '10.50'],
    [1000, '10.00'],
    [50, '0.50'],
    [5, '0.05'],
    [0, '0.00'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
  ];
  for (const [amountMinor, text] of printed) {
    test(`prints ${amountMinor} minor units as "${text}"`, () => assert.equal(Money.serialize(amountMinor), text));
  }

  test('prints nothing but a whole number of minor units', () => {
    for (const value of [10.5, '1050', null]) {
      assert.throws(() => Money.serialize(value), { message: 'Money holds a whole number of minor units' });
    }
  });
});

describe('DateTime', () => {
  test('prints a time as ISO 8601 in UTC', () => {
    assert.equal(DateTime.serialize(new Date(Date.UTC(2026, 10, 22, 21, 30))), '2026-11-22T21:30:00.000Z');
  });

  test('prints nothing but a Date', () => {
    assert.throws(() => DateTime.serialize('2026-11-22'), { message: 'DateTime holds a Date, not string' });
  });

  test('is not an input', () => {
    assert.throws(() => DateTime.parseValue('2026-11-22T21:30:00.000Z'), { message: 'DateTime is not an input' });
  });
});
