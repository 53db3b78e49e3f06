import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Departures } from './departures.ts';

/** Starts departures whose timers run only by `t.mock.timers`, and counts what happens. */
function start(t: TestContext, waitsForCalls = true) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const happened: string[] = [];
  const departures = new Departures({
    waitsForCalls,
    leave: () => happened.push('leave'),
    end: () => happened.push('end'),
  });
  return { departures, happened };
}

test('lets fetches leave together at the end of the turn while calls for two operations are under way', async (t) => {
  const { departures, happened } = start(t);
  void departures.track(new Promise(() => {}), 2);
  departures.request();
  departures.request();
  assert.deepEqual(happened, []);
  await turn();
  assert.deepEqual(happened, ['leave']);
});

for (const ends of ['returns', 'fails'])
  test(`lets fetches wait among three operations until a call ${ends}`, async (t) => {
    const { departures, happened } = start(t);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const answer = departures.track(promise, 1).catch(() => {});
    void departures.track(new Promise(() => {}), 2);
    departures.request();
    await turn();
    departures.request();
    await turn();
    assert.deepEqual(happened, []);
    if (ends === 'fails') reject(new Error('unreachable'));
    else resolve();
    await answer;
    await turn();
    assert.deepEqual(happened, ['leave']);
  });

test('lets fetches wait for a millisecond at most if calls hang', async (t) => {
  const { departures, happened } = start(t);
  void departures.track(new Promise(() => {}), 1000);
  for (let left = 1; left <= 3; left += 1) {
    departures.request();
    t.mock.timers.tick(1);
    await turn();
    assert.equal(happened.length, left);
  }
  t.mock.timers.tick(10);
  await turn();
  assert.deepEqual(happened, ['leave', 'leave', 'leave']);
});

test('lets nothing wait that gains nothing by it', async (t) => {
  const { departures, happened } = start(t, false);
  void departures.track(new Promise(() => {}), 1000);
  departures.request();
  await turn();
  assert.deepEqual(happened, ['leave']);
});

test('ends once, when nothing waits and no call is under way any more', async (t) => {
  const { departures, happened } = start(t);
  const one = Promise.withResolvers<void>();
  const other = Promise.withResolvers<void>();
  void departures.track(one.promise, 3);
  departures.request();
  one.resolve();
  await turn();
  await turn();
  assert.deepEqual(happened, ['leave', 'end']);
  void departures.track(other.promise, 3);
  other.resolve();
  await turn();
  assert.deepEqual(happened, ['leave', 'end', 'end']);
});
