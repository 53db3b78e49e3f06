import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badUserInput, deadlineExceeded, ExpectedError, subgraphUnavailable } from './errors.ts';

const seen = (error: ExpectedError): unknown => JSON.parse(JSON.stringify(error));

test('an expected error shows its message and code', () => {
  const error = new ExpectedError('EMAIL_TAKEN', 'it is taken', { extensions: { by: 'another' } });
  assert.deepEqual(seen(error), { message: 'it is taken', extensions: { by: 'another', code: 'EMAIL_TAKEN' } });
});

test('bad user input names the argument, the value and the rule', () => {
  assert.deepEqual(seen(badUserInput('first', 0, 'must be from 1 to 100')), {
    message: 'first: 0 must be from 1 to 100',
    extensions: { code: 'BAD_USER_INPUT', argument: 'first' },
  });
});

test('an unavailable subgraph is named, and nothing of the cause', () => {
  const error = subgraphUnavailable('users', new Error('connect ECONNREFUSED 10.0.0.1:4001'));
  assert.deepEqual(seen(error), {
    message: 'Subgraph "users" is unavailable',
    extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' },
  });
});

test('an unavailable subgraph has the id under which the log has the reason', () => {
  const { extensions } = subgraphUnavailable('users', new Error('connect ECONNREFUSED'), 'an id');
  assert.deepEqual({ ...extensions }, { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users', id: 'an id' });
});

test('an unavailable subgraph keeps the cause for the log', () => {
  const cause = new Error('connect ECONNREFUSED');
  assert.equal(subgraphUnavailable('users', cause).originalError, cause);
});

test('a passed deadline names the subgraph and the time', () => {
  assert.deepEqual(seen(deadlineExceeded('users', 2000)), {
    message: 'Subgraph "users" did not respond within 2000 ms',
    extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'users', timeoutMs: 2000 },
  });
});
