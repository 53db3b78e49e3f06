import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { inTime } from './in-time.ts';

test('waits for a plan until the deadline of the operation', async () => {
  const never = new Promise(() => {});
  await assert.rejects(inTime(never, { deadline: new Deadline(10) }), {
    message: "The operation's deadline of 10 ms passed before it was planned",
    extensions: { code: 'DEADLINE_EXCEEDED', timeoutMs: 10, http: { status: 504 } },
  });
  assert.equal(await inTime(Promise.resolve('planned'), { deadline: new Deadline(1000) }), 'planned');
});

test('waits for a plan until the client leaves, or not at all if it has', async () => {
  const never = new Promise(() => {});
  const controller = new AbortController();
  const waiting = inTime(never, controller);
  controller.abort();
  await assert.rejects(waiting, { message: 'The client has left' });
  await assert.rejects(inTime(never, controller), { message: 'The client has left' });
});
