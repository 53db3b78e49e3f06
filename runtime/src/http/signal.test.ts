import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallController, pause } from './signal.ts';

test('a call controller tells each listener once, with the reason, and none that was removed', () => {
  const controller = new CallController();
  const told: string[] = [];
  const removed = () => told.push('removed');
  controller.signal.addEventListener('abort', () => told.push('first'));
  controller.signal.addEventListener('abort', removed);
  controller.signal.addEventListener('abort', () => told.push('last'));
  controller.signal.removeEventListener('abort', removed);
  controller.signal.removeEventListener('abort', () => {});
  assert.equal(controller.signal.aborted, false);
  controller.abort(new Error('over'));
  controller.abort(new Error('again'));
  assert.deepEqual(told, ['first', 'last']);
  assert.equal(controller.signal.aborted, true);
  assert.match(String(controller.signal.reason), /over/);
});

test('a call controller without a reason gives that of AbortController', () => {
  const [call, own] = [new CallController(), new AbortController()];
  call.abort();
  own.abort();
  assert.deepEqual(call.signal.reason, own.signal.reason);
});

test('a pause ends after its time, or with the reason of a signal', async () => {
  const controller = new CallController();
  await pause(1, controller.signal);
  const paused = pause(60_000, controller.signal);
  controller.abort(new Error('over'));
  await assert.rejects(paused, /over/);
  await assert.rejects(pause(60_000, controller.signal), /over/);
});
