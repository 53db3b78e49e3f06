import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesInFlight, type RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { GraphQLError } from 'graphql';
import { EndedMutations } from '../subgraphs/ended-mutations.ts';
import { isWorthRepeating, SharedAnswers, type SharedRun } from './shared-answers.ts';

const OPERATION = {};
const ANSWER: SharedRun = { made: { data: { name: 'Ada' }, text: '{"data":{"name":"Ada"}}\n' } };

/** Returns shared answers whose runs wait until they are told what to give. */
function heldRuns() {
  const mutations = new EndedMutations();
  const answers = new SharedAnswers(mutations);
  const runs: { signal: AbortSignal; bytes: RequestBytes; settle: (run: SharedRun) => void; fail: () => void }[] = [];
  const ask = (signal = new AbortController().signal) => {
    const joined = answers.find(OPERATION);
    const answer =
      joined ??
      answers.begin(OPERATION, (own) => {
        const { promise, resolve, reject } = Promise.withResolvers<SharedRun>();
        runs.push({ ...own, settle: resolve, fail: () => reject(new Error('no')) });
        return promise;
      });
    return answer.wait({ signal });
  };
  return { mutations, runs, ask };
}

test('one run makes the answer for all that wait for it, and the next one begins anew', async () => {
  const { runs, ask } = heldRuns();
  const waiting = [ask(), ask(), ask()];
  assert.equal(runs.length, 1);
  runs[0]?.settle(ANSWER);
  assert.deepEqual(await Promise.all(waiting), [ANSWER, ANSWER, ANSWER]);
  const next = ask();
  assert.equal(runs.length, 2);
  runs[1]?.settle({ made: undefined });
  assert.deepEqual(await next, { made: undefined });
});

test('no request that comes after a mutation takes an answer begun before it', async () => {
  const { mutations, runs, ask } = heldRuns();
  const before = ask();
  mutations.count += 1;
  const after = [ask(), ask()];
  assert.equal(runs.length, 2);
  runs[0]?.settle(ANSWER);
  await before;
  after.push(ask());
  assert.equal(runs.length, 2, 'the end of the older run says nothing about the newer');
  const fresh = { made: { data: { name: 'Grace' }, text: 'fresh' } };
  runs[1]?.settle(fresh);
  assert.deepEqual(await Promise.all(after), [fresh, fresh, fresh]);
});

test('a run ends when the last of its clients leaves, and not before', async () => {
  const { runs, ask } = heldRuns();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [ask(first.signal), ask(second.signal)].map((answer) =>
    assert.rejects(answer, /The client has left/),
  );
  first.abort();
  await waiting[0];
  assert.equal(runs[0]?.signal.aborted, false);
  second.abort();
  await waiting[1];
  assert.equal(runs[0]?.signal.aborted, true);
  await assert.rejects(ask(AbortSignal.abort()), /The client has left/);
  const later = assert.rejects(ask(), /no/);
  assert.equal(runs.length, 3, 'nobody joins a run that was ended');
  for (const { fail } of runs) fail(); // is nobody's unhandled rejection
  await later;
});

test('a run holds its bytes until it has settled', async () => {
  const { runs, ask } = heldRuns();
  const before = bytesInFlight.used;
  const waiting = [ask(), ask()];
  runs[0]?.bytes.takeReply(100);
  assert.ok(bytesInFlight.used > before);
  runs[0]?.fail();
  assert.deepEqual(
    (await Promise.allSettled(waiting)).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(bytesInFlight.used, before);
});

test('a request repeats a run that ran out of time only if it has time left, and no other', async () => {
  const failed = (code: string): SharedRun => {
    const errors = [new GraphQLError('no', { extensions: { code } })];
    return { made: undefined, begun: Promise.resolve({ errors, data: null }) };
  };
  const [soon, late] = [{ deadline: new Deadline(40) }, { deadline: new Deadline(5000) }];
  assert.equal(await isWorthRepeating(failed('DEADLINE_EXCEEDED'), late), true);
  assert.equal(await isWorthRepeating(failed('DEADLINE_EXCEEDED'), {}), true);
  assert.equal(await isWorthRepeating(failed('DEADLINE_EXCEEDED'), soon), false);
  assert.equal(await isWorthRepeating(failed('SUBGRAPH_UNAVAILABLE'), late), false);
  const broken: SharedRun = { made: undefined, begun: Promise.reject(new Error('no')) };
  assert.equal(await isWorthRepeating(broken, late), false);
});
