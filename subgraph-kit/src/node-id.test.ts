import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCursor, parseNodeId, toCursor, toNodeId } from './node-id.ts';

const TYPES = ['Book', 'Reader'];

const encode = (text: string) => Buffer.from(text).toString('base64url');

/** Texts that are no ids of an object. */
const FOREIGN = [
  '',
  '1',
  'Book:1',
  encode('Book'),
  encode('Book:'),
  encode('Book:x'),
  encode('Book:0'),
  encode('Book:01'),
  encode('Book:-1'),
  encode('Book:9007199254740993'),
  encode('Book:1:1'),
  encode(':1'),
  encode('Shelf:1'),
  encode('__proto__:1'),
  `${toNodeId('Book', '1')}=`,
  ` ${toNodeId('Book', '1')}`,
  'Qm9vazox\n',
  'Qm9vazp+',
  '💥',
  toCursor('BookConnection', '1'),
  encode(`${'Book'.repeat(100)}:1`),
  'A'.repeat(1_000_000),
];

describe('a nodeId', () => {
  test('names the type and the key of one object', () => {
    for (const type of TYPES) {
      for (const key of [1, 10, Number.MAX_SAFE_INTEGER]) {
        assert.deepEqual(parseNodeId('id', toNodeId(type, String(key)), TYPES), { type, key });
      }
    }
    assert.notEqual(toNodeId('Book', '1'), toNodeId('Reader', '1'));
  });

  for (const text of FOREIGN) {
    test(`is not ${JSON.stringify(text).slice(0, 40)}`, () => {
      assert.throws(() => parseNodeId('id', text, TYPES), {
        message: /^id: ".*must be the nodeId of an object, as this graph gave it$/s,
        extensions: { code: 'BAD_USER_INPUT', argument: 'id' },
      });
    });
  }
});

describe('a cursor', () => {
  test('points to a row of the connections of one type', () => {
    assert.equal(parseCursor('after', toCursor('BookConnection', '7'), 'BookConnection'), 7);
  });

  for (const text of [...FOREIGN.slice(0, 10), toNodeId('Book', '1')]) {
    test(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseCursor('after', text, 'ReaderConnection'), {
        message: /^after: ".*" must be a cursor of a ReaderConnection, as this graph gave it$/s,
        extensions: { code: 'BAD_USER_INPUT', argument: 'after' },
      });
    });
  }
});
