import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseId, parsePage, parseText, toKey } from './arguments.ts';

const MALFORMED_IDS = ['0', '-1', '1.5', 'x', '', ' 1', '01', '1e3', '9007199254740992'];

function badUserInput(argument: string, message: string) {
  return { message: `${argument}: ${message}`, extensions: { code: 'BAD_USER_INPUT', argument } };
}

describe('an id', () => {
  test('stands for the whole number that it says', () => {
    assert.equal(parseId('id', '42'), 42);
    assert.equal(parseId('id', '9007199254740991'), Number.MAX_SAFE_INTEGER);
  });

  for (const id of MALFORMED_IDS) {
    test(`can't be "${id}"`, () => {
      const error = badUserInput('userId', `"${id}" must be an id: a whole number from 1, such as "42"`);
      assert.throws(() => parseId('userId', id), error);
    });

    test(`that is "${id}" is no key`, () => assert.equal(toKey(id), undefined));
  }
});

test('what is no string and no number is no key', () => {
  for (const id of [null, undefined, ['1'], { toString: 1 }, true, 1.5]) assert.equal(toKey(id), undefined);
  assert.equal(toKey(1), 1);
});

describe('a page', () => {
  test('has 1 to 100 entries', () => {
    assert.deepEqual(parsePage({ first: 1 }), { first: 1, after: 0 });
    assert.deepEqual(parsePage({ first: 100 }), { first: 100, after: 0 });
  });

  for (const first of [0, 101, -1]) {
    test(`can't have ${first} entries`, () => {
      assert.throws(() => parsePage({ first }), badUserInput('first', `${first} must be from 1 to 100`));
    });
  }

  test('begins after the id that is given', () => {
    assert.deepEqual(parsePage({ first: 10, after: '42' }), { first: 10, after: 42 });
  });

  test('begins at the start if after is null', () => {
    assert.deepEqual(parsePage({ first: 10, after: null }), { first: 10, after: 0 });
  });

  test("can't begin after what is no id", () => {
    const error = badUserInput('after', '"x" must be an id: a whole number from 1, such as "42"');
    assert.throws(() => parsePage({ first: 10, after: 'x' }), error);
  });
});

describe('a line of text', () => {
  test('is trimmed', () => assert.equal(parseText('name', ' \t Ada Lovelace\n', 100), 'Ada Lovelace'));

  test('may be as long as allowed, spaces around it not counted', () => {
    assert.equal(parseText('name', ' abc ', 3), 'abc');
  });

  test("can't be longer", () => {
    assert.throws(() => parseText('name', 'abcd', 3), badUserInput('name', '"abcd" must be at most 3 characters'));
  });

  for (const empty of ['', '  ', '\n']) {
    test(`can't be ${JSON.stringify(empty)}`, () => {
      const error = badUserInput('name', `${JSON.stringify(empty)} must not be empty`);
      assert.throws(() => parseText('name', empty, 100), error);
    });
  }

  for (const text of ['a\nb', 'a\u0000b', 'a\u007fb']) {
    test(`can't be ${JSON.stringify(text)}`, () => {
      const error = badUserInput('name', `${JSON.stringify(text)} must not have control characters`);
      assert.throws(() => parseText('name', text, 100), error);
    });
  }
});
