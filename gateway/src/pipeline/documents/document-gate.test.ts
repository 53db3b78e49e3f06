import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { limits } from '../../configuration/sections/limits.ts';
import { persistedQueries } from '../../configuration/sections/persisted-queries.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { DocumentGate } from './document-gate.ts';

const logger = createLogger('test', { format: 'json', level: 'silent' });

function open(given: object) {
  const refusals = new RejectionCounts();
  const settings = {
    limits: limits.parse(given),
    apq: { enabled: true },
    persistedQueries: persistedQueries.parse({}),
  };
  const gate = new DocumentGate(settings, { introspection: true, logger, refusals, validated: { add() {} } });
  const sendBody = (body: unknown) => gate.check({ method: 'POST', search: '', body });
  return { refusals, sendBody, send: (query: string) => sendBody({ query }) };
}

test('counts each rejected operation under its limit', () => {
  const { refusals, send } = open({ max_aliases: 1 });
  for (let sent = 0; sent < 3; sent += 1) assert.throws(() => send('{ a: x b: x }'), RefusedRequestError);
  assert.throws(() => send('{ __proto__ }'), RefusedRequestError);
  send('{ x }');
  assert.deepEqual([refusals.count('max_aliases', 'refused'), refusals.count('max_aliases', 'passed')], [3, 0]);
  assert.equal(refusals.count('BAD_USER_INPUT', 'refused'), 1);
});

test('counts operations over a limit that passes with warn_only, known documents too', () => {
  const { refusals, send } = open({ max_aliases: 1, warn_only: true });
  for (let sent = 0; sent < 3; sent += 1) send('{ a: x b: x }');
  assert.deepEqual([refusals.count('max_aliases', 'refused'), refusals.count('max_aliases', 'passed')], [0, 3]);
});

test('hands on an accepted request unchanged', () => {
  const { send } = open({});
  const { body, method } = send('{ x }');
  assert.deepEqual([method, body], ['POST', { query: '{ x }' }]);
});

test('rejects a malformed persistedQuery, with its document and without', () => {
  const { sendBody } = open({});
  const sha256Hash = 'a'.repeat(64);
  const wrong = [5, 'x', [], {}, { version: 2, sha256Hash }, { version: 1, sha256Hash: [] }, { version: 1 }];
  for (const persistedQuery of wrong) {
    for (const body of [{ extensions: { persistedQuery } }, { query: '{ x }', extensions: { persistedQuery } }]) {
      assert.throws(() => sendBody(body), { status: 400, code: 'BAD_USER_INPUT', message: /version.* sha256Hash/ });
    }
  }
  sendBody({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  const empty = { query: '', extensions: { persistedQuery: { version: 1, sha256Hash } } };
  assert.throws(() => sendBody(empty), { status: 400, code: 'BAD_USER_INPUT' });
});
