import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { Retry } from './retry.ts';

const SETTINGS = { maxAttempts: 3, intervalMs: 1, budget: 1 };
const lifetime = { signal: new AbortController().signal };

const reply = (status: number) => ({ status, headers: {}, text: '{}' });
const lost = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Fails or answers as told, one outcome an attempt, the last one from then on. */
function sender(...outcomes: (Error | number)[]) {
  let sent = 0;
  return {
    sent: () => sent,
    send: async () => {
      const outcome = outcomes[Math.min(sent, outcomes.length - 1)];
      sent += 1;
      if (outcome instanceof Error) throw outcome;
      return reply(outcome ?? 200);
    },
  };
}

/** Returns a retry with enough budget. */
async function readyRetry(settings = SETTINGS): Promise<Retry> {
  const retry = new Retry(settings);
  for (let call = 0; call < 50; call++) await retry.run(sender(200).send, lifetime);
  return retry;
}

for (const outcome of [lost, refused, 502, 503, 504]) {
  const name = typeof outcome === 'number' ? `status ${outcome}` : outcome.message;
  test(`${name} is sent again, up to three times in all`, async () => {
    const passing = sender(outcome, outcome, 200);
    assert.equal((await (await readyRetry()).run(passing.send, lifetime)).status, 200);
    const lasting = sender(outcome);
    const result = (await readyRetry()).run(lasting.send, lifetime);
    if (typeof outcome === 'number') assert.equal((await result).status, outcome);
    else await assert.rejects(result, outcome);
    assert.deepEqual([passing.sent(), lasting.sent()], [3, 3]);
  });
}

test('sends nothing again after any other status or failure', async () => {
  const retry = await readyRetry();
  for (const outcome of [
    200,
    400,
    429,
    500,
    new Error('too long'),
    new DOMException('This operation was aborted', 'AbortError'),
  ]) {
    const { send, sent } = sender(outcome, 200);
    await retry.run(send, lifetime).catch(() => {});
    assert.equal(sent(), 1);
  }
});

test('sends nothing again if the deadline comes first or the client has left', async () => {
  const retry = await readyRetry({ ...SETTINGS, intervalMs: 1000 });
  for (const over of [{ ...lifetime, deadline: new Deadline(400) }, { signal: AbortSignal.abort() }]) {
    const { send, sent } = sender(503);
    await retry.run(send, over);
    assert.equal(sent(), 1);
  }
});

test('sends at most 1.2 attempts a call to a subgraph that fails every call', async () => {
  const retry = new Retry({ ...SETTINGS, budget: 0.2 });
  const { send, sent } = sender(503);
  for (let call = 1; call <= 1000; call++) {
    await retry.run(send, lifetime);
    assert.ok(sent() <= 1.2 * call, `${sent()} attempts in ${call} calls`);
  }
  assert.equal(sent(), 1200);
});

test('doubles the pause before each attempt and takes up to half of it off', async () => {
  const intervalMs = 60;
  const retry = await readyRetry({ ...SETTINGS, intervalMs });
  const sentAt: number[] = [];
  await retry.run(async () => {
    sentAt.push(performance.now());
    return reply(503);
  }, lifetime);
  const [first = 0, second = 0, third = 0] = sentAt;
  for (const [pauseMs, longestMs] of [
    [second - first, intervalMs],
    [third - second, intervalMs * 2],
  ] as const) {
    assert.ok(pauseMs >= longestMs / 2 - 2, `${pauseMs} ms`); // timers may be a little early
  }
});
