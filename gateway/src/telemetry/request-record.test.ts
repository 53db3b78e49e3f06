import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { RequestRecord } from './request-record.ts';

test('truncates names and bounds the number of error codes, which it counts', () => {
  const record = new RequestRecord(new IncomingMessage(new Socket()), undefined);
  record.noteOperation('query', 'N'.repeat(1000));
  assert.equal(record.operationName?.length, 128);
  const errors = Array.from({ length: 30 }, (_, index) => ({ extensions: { code: `C${index % 15}` } }));
  record.noteAnswer({}, errors);
  assert.deepEqual(
    [record.answered, Object.keys(record.errorCodes ?? {}).length, record.errorCodes?.others],
    ['partial', 11, 10],
  );
  record.noteAnswer(null, [{}]);
  assert.deepEqual([record.answered, record.errorCodes], ['error', { none: 1 }]);
});
