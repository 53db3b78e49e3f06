import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badUserInput, deadlineExceeded, ExpectedError, subgraphUnavailable } from './errors.ts';

const seen = (error: ExpectedError): unknown => JSON.parse(JSON.stringify(error));

test('shows the message and code of an expected error', () => {
  const error = new ExpectedError('EMAIL_TAKEN', 'it is taken', { extensions: { by: 'another' } });
  assert.deepEqual(seen(error), { message: 'it is taken', extensions: { by: 'another', code: 'EMAIL_TAKEN' } });
});

test('names the argument, the value and the rule for bad user input', () => {
  assert.deepEqual(seen(badUserInput('first', 0, 'must be from 1 to 100')), {
    message: 'first: 0 must be from 1 to 100',
    extensions: { code: 'BAD_USER_INPUT', argument: 'first' },
  });
});

test('names an unavailable subgraph without the cause', () => {
  const error = subgraphUnavailable('users', new Error('connect ECONNREFUSED 10.0.0.1:4001'));
  assert.deepEqual(seen(error), {
    message: 'Subgraph "users" is unavailable',
    extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' },
  });
});

test('gives the id of the log entry for an unavailable subgraph', () => {
  const { extensions } = subgraphUnavailable('users', new Error('connect ECONNREFUSED'), 'an id');
  assert.deepEqual({ ...extensions }, { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users', id: 'an id' });
});

test('keeps the cause of an unavailable subgraph for the log', () => {
  const cause = new Error('connect ECONNREFUSED');
  assert.equal(subgraphUnavailable('users', cause).originalError, cause);
});

test('names the subgraph and the time of a deadline', () => {
  assert.deepEqual(seen(deadlineExceeded('users', 2000)), {
    message: 'Subgraph "users" did not respond within 2000 ms',
    extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'users', timeoutMs: 2000 },
  });
});
