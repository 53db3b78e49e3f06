import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordLog } from '../../testing/log-recorder.ts';
import { AnswerReader } from './answer-reader.ts';

const DATA = { hello: 'world' };
const ERROR = { message: 'boom', path: ['hello'], extensions: { code: 'BOOM' } };
const NO_MESSAGE = 'The subgraph gave no message';

function read(body: unknown) {
  const log = recordLog();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = new AnswerReader('books', log.logger).read({ status: 200, text });
  return { answer, logged: log.lines.length };
}

for (const body of [{ data: DATA }, { data: null, errors: [ERROR] }, { errors: [ERROR] }, { data: null }]) {
  test(`takes an answer of the specification as it is: ${JSON.stringify(body)}`, () => {
    assert.deepEqual(read(body), { answer: body, logged: 0 });
  });
}

const LOOSE: [given: unknown, understood: object, deviations?: number][] = [
  [{ data: DATA, errors: [] }, { data: DATA }],
  [{ data: DATA, errors: null }, { data: DATA }],
  [{ data: DATA, errors: {} }, { data: DATA, errors: [{ message: NO_MESSAGE }] }, 2],
  [
    { data: DATA, errors: ERROR },
    { data: DATA, errors: [ERROR] },
  ],
  [{ data: DATA, errors: 'boom' }, { data: DATA, errors: [{ message: 'boom' }] }, 2],
  [
    { data: DATA, errors: ['boom'] },
    { data: DATA, errors: [{ message: 'boom' }] },
  ],
  [
    { data: DATA, errors: [null] },
    { data: DATA, errors: [{ message: NO_MESSAGE }] },
  ],
  [
    { data: DATA, errors: [{ path: ['hello'] }] },
    { data: DATA, errors: [{ message: NO_MESSAGE, path: ['hello'] }] },
  ],
  [
    { data: DATA, errors: [{ message: null }] },
    { data: DATA, errors: [{ message: NO_MESSAGE }] },
  ],
  [
    { data: DATA, errors: [{ ...ERROR, path: null }] },
    { data: DATA, errors: [{ message: 'boom', extensions: ERROR.extensions }] },
  ],
  [
    { data: DATA, errors: [{ ...ERROR, extensions: null }] },
    { data: DATA, errors: [{ message: 'boom', path: ['hello'] }] },
  ],
  [
    { data: DATA, errors: [{}, ERROR] },
    { data: DATA, errors: [{ message: NO_MESSAGE }, ERROR] },
  ],
  [{ data: [], errors: [ERROR] }, { errors: [ERROR] }],
  [{ data: 'none', errors: [ERROR] }, { errors: [ERROR] }],
];
for (const [given, understood, deviations = 1] of LOOSE) {
  test(`understands ${JSON.stringify(given)}, and logs the deviation`, () => {
    assert.deepEqual(read(given), { answer: understood, logged: deviations });
  });
}

test('ignores a byte order mark', () => {
  assert.deepEqual(read(`\uFEFF${JSON.stringify({ data: DATA })}`).answer, { data: DATA });
});

for (const body of [
  '',
  '[]',
  'null',
  '{}',
  '{"data":[]}',
  '{"data":1}',
  '{"errors":[]}',
  '{"errors":null}',
  '{"errors":[{}]}',
]) {
  test(`finds no answer in ${JSON.stringify(body)}`, () => {
    assert.throws(() => read(body));
  });
}

test('logs each kind of deviation once', () => {
  const log = recordLog();
  const reader = new AnswerReader('books', log.logger);
  for (let reply = 0; reply < 10; reply += 1) {
    for (const errors of [[], null, [{}, {}]])
      reader.read({ status: 200, text: JSON.stringify({ data: DATA, errors }) });
  }
  assert.deepEqual(
    log.lines.map(({ level, subgraph, msg }) => [level, subgraph, String(msg).split(': ')[1]?.split(';')[0]]),
    [
      [40, 'books', 'errors is an empty list'],
      [40, 'books', 'errors is null'],
      [40, 'books', 'an error has no message'],
    ],
  );
});
