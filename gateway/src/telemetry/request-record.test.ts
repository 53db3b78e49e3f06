import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { RequestRecord } from './request-record.ts';

function recordOf(requestId?: string): RequestRecord {
  const request = new IncomingMessage(new Socket());
  if (requestId !== undefined) request.headers['x-request-id'] = requestId;
  return new RequestRecord(request, undefined);
}

test("uses a client's x-request-id if it can be logged, or else a new id", () => {
  assert.equal(recordOf('web:1.a_b-c').id, 'web:1.a_b-c');
  for (const id of [undefined, '', 'a b', 'a\u001b[31m', 'x'.repeat(129)])
    assert.match(recordOf(id).id, /^[\da-f-]{36}$/);
});

test('truncates names and bounds the number of error codes, which it counts', () => {
  const record = recordOf();
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
