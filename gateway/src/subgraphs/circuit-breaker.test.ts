import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { operationOverdue, subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import { Deadline, type Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { type OpenBreaker, parseOpenBreakers } from '@lockstep/runtime/process-state.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

const SLEEP_WINDOW_MS = 200;
/** A timer may end a little before the clock says so. */
const TIMER_SLACK_MS = 20;

/** Returns a breaker, and the number of calls that it has let through. */
function breakerOf({ requestThreshold = 20, errorThresholdPercentage = 50, hasLostInstance = false } = {}) {
  const log = recordLog();
  const subgraph = { name: 'books', routingUrl: '', schema: { sdl: '' }, timeoutMs: 1000 };
  const settings = { requestThreshold, errorThresholdPercentage, sleepWindowMs: SLEEP_WINDOW_MS };
  const client = { hasLostInstanceSince: () => hasLostInstance };
  const breaker = new CircuitBreaker(subgraph, settings, log.logger, client);
  let made = 0;
  return {
    log,
    retire: () => breaker.retire(),
    made: () => made,
    run: (call: () => Promise<string>, lifetime: Lifetime = { signal: new AbortController().signal }) =>
      breaker.run(() => {
        made += 1;
        return call();
      }, lifetime),
  };
}

const succeed = async () => 'fine';
const fail = async () => {
  throw subgraphUnavailable('books', new Error('it hung up'));
};
const UNAVAILABLE = { extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'books' } };

async function open(breaker: ReturnType<typeof breakerOf>): Promise<void> {
  for (let call = 0; call < 20; call++) await assert.rejects(breaker.run(fail), UNAVAILABLE);
}

test('opens when half of the last 20 calls have failed, and then makes no call', async () => {
  const breaker = breakerOf();
  for (let call = 0; call < 1000; call++) await breaker.run(succeed);
  for (let call = 0; call < 9; call++) await assert.rejects(breaker.run(fail), UNAVAILABLE);
  assert.equal(await breaker.run(succeed), 'fine');
  await assert.rejects(breaker.run(fail), UNAVAILABLE);
  const made = breaker.made();
  await assert.rejects(breaker.run(succeed), UNAVAILABLE);
  assert.equal(breaker.made(), made);
  assert.equal(made, 1011);
});

test('stays closed while calls fail of which an instance is left out and another one is in', async () => {
  const breaker = breakerOf({ hasLostInstance: true });
  for (let call = 0; call < 40; call++) await assert.rejects(breaker.run(fail), UNAVAILABLE);
  assert.equal(await breaker.run(succeed), 'fine');
});

test('does not open before the threshold number of calls', async () => {
  const breaker = breakerOf();
  for (let call = 0; call < 19; call++) await assert.rejects(breaker.run(fail), UNAVAILABLE);
  assert.equal(await breaker.run(succeed), 'fine');
  await assert.rejects(breaker.run(succeed), UNAVAILABLE); // that was the 20th
});

test('lets one call through after the sleep window, and closes if that succeeds', async () => {
  const breaker = breakerOf();
  await open(breaker);
  await delay(SLEEP_WINDOW_MS + TIMER_SLACK_MS);
  const answer = Promise.withResolvers<string>();
  const probe = breaker.run(() => answer.promise);
  for (let call = 0; call < 10; call++) await assert.rejects(breaker.run(succeed), UNAVAILABLE);
  assert.equal(breaker.made(), 21);
  answer.resolve('back');
  assert.equal(await probe, 'back');
  assert.equal(await breaker.run(succeed), 'fine');
  assert.deepEqual(
    breaker.log.lines.map(({ msg }) => msg),
    ['the circuit breaker of the subgraph opens', 'the circuit breaker of the subgraph closes'],
  );
});

test('stays open for another sleep window if that call fails', async () => {
  const breaker = breakerOf();
  await open(breaker);
  await delay(SLEEP_WINDOW_MS + TIMER_SLACK_MS);
  await assert.rejects(
    breaker.run(async () => {
      await delay(SLEEP_WINDOW_MS + TIMER_SLACK_MS); // it hung
      return fail();
    }),
    UNAVAILABLE,
  );
  assert.equal(await breaker.run(succeed), 'fine');
});

test('leaves the probe to the next call if its client leaves', async () => {
  const breaker = breakerOf();
  await open(breaker);
  await delay(SLEEP_WINDOW_MS + TIMER_SLACK_MS);
  await assert.rejects(breaker.run(fail, { signal: AbortSignal.abort() }), UNAVAILABLE);
  assert.equal(await breaker.run(succeed), 'fine');
});

function lifetimeOf(t: TestContext, timeoutMs: number): Lifetime {
  const controller = new AbortController();
  t.after(() => controller.abort());
  return { signal: controller.signal, deadline: new Deadline(timeoutMs) };
}

test('ignores timeouts of operations that had little time left', async (t) => {
  const breaker = breakerOf({ requestThreshold: 1 });
  const overdue = async () => {
    throw operationOverdue(500, 'books');
  };
  await assert.rejects(breaker.run(overdue, lifetimeOf(t, 500)), /deadline of 500 ms passed/);
  assert.equal(await breaker.run(succeed), 'fine');
  const waited = async () => {
    await delay(60);
    return overdue();
  };
  await assert.rejects(breaker.run(waited, lifetimeOf(t, 100)), /deadline of 500 ms passed/);
  await assert.rejects(breaker.run(succeed), UNAVAILABLE);
});

test("ignores errors that are not the subgraph's", async () => {
  const breaker = breakerOf({ requestThreshold: 1 });
  await assert.rejects(
    breaker.run(async () => {
      throw new Error('a fault of our own');
    }),
    /of our own/,
  );
  assert.equal(await breaker.run(succeed), 'fine');
});

test('tells pm2 since when it is open, and when it is no longer, because it closes or is retired', async (t) => {
  const told: OpenBreaker[][] = []; // with those of other tests in this process
  const { send } = process;
  process.send = (message: { data: Record<string, { value: string }> }) => {
    told.push(parseOpenBreakers(message.data['open circuit breakers']?.value));
    return true;
  };
  t.after(() => {
    if (send) process.send = send;
    else delete process.send;
  });
  const breaker = breakerOf();
  const before = new Date().toISOString();
  await open(breaker);
  const [others = [], own] = [told[0]?.slice(0, -1), told[0]?.at(-1)];
  assert.equal(own?.subgraph, 'books');
  assert.ok(own && own.since >= before);
  await delay(SLEEP_WINDOW_MS + TIMER_SLACK_MS);
  await breaker.run(succeed);
  assert.deepEqual(told.slice(1), [others]);

  await open(breaker);
  breaker.retire();
  breaker.retire();
  assert.deepEqual(told.slice(3), [others]);
});
