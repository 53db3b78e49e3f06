import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { withDeadline } from './with-deadline.ts';

const never = () => new Promise<never>(() => {});

test('returns the result of a hook, synchronously if it is synchronous', async () => {
  const lifetime = { signal: new AbortController().signal };
  assert.equal(
    withDeadline(() => 'now', lifetime),
    'now',
  );
  assert.equal(await withDeadline(async () => 'later', lifetime), 'later');
  await assert.rejects(async () => withDeadline(() => Promise.reject(new Error('no')), lifetime), { message: 'no' });
});

test('awaits a hook until the deadline and no longer', { timeout: 5000 }, async () => {
  const lifetime = { signal: new AbortController().signal, deadline: new Deadline(20) };
  await assert.rejects(async () => withDeadline(never, lifetime), {
    extensions: { code: 'DEADLINE_EXCEEDED', timeoutMs: 20 },
  });
  await assert.rejects(async () => withDeadline(never, lifetime), {
    extensions: { code: 'DEADLINE_EXCEEDED', timeoutMs: 20 },
  });
});

test('gives a hook its grace period after the deadline and no more', { timeout: 5000 }, async () => {
  const lifetime = { signal: new AbortController().signal, deadline: new Deadline(0) };
  assert.equal(await withDeadline(async () => 'late', lifetime, 1000), 'late');
  await assert.rejects(async () => withDeadline(never, lifetime, 20), {
    extensions: { code: 'DEADLINE_EXCEEDED', timeoutMs: 0 },
  });
});

test('stops waiting when the client leaves, and removes its listeners', async () => {
  const controller = new AbortController();
  const waiting = assert.rejects(async () => withDeadline(never, { signal: controller.signal }), {
    extensions: { code: 'CLIENT_CLOSED_REQUEST' },
  });
  controller.abort();
  await waiting;
  await assert.rejects(async () => withDeadline(never, { signal: controller.signal }), {
    extensions: { code: 'CLIENT_CLOSED_REQUEST' },
  });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});
