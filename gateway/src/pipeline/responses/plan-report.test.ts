import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { FetchRequest, fetchConstants } from '../../execution/fetching/fetch-request.ts';
import { TimedFetches } from '../../execution/timeline/timed-fetches.ts';
import { MAX_NOTED, Timeline } from '../../execution/timeline/timeline.ts';
import { planExtensions } from './plan-report.ts';
import { summarize } from './plan-summary.ts';

function fetchNode(operation: string): FetchNode {
  return {
    kind: 'Fetch',
    serviceName: 'shop',
    operation,
    operationName: undefined,
    operationKind: 'query',
  } as FetchNode;
}

/** Returns the report of a plan. */
function reportOf(node: PlanNode, timeline = new Timeline()) {
  timeline.plan = { kind: 'QueryPlan', node };
  const { apolloQueryPlan } = planExtensions(timeline) ?? assert.fail('no report');
  return apolloQueryPlan;
}

test('numbers the fetches of a plan as their timings do', () => {
  const [a, b, c] = [fetchNode('{a}'), fetchNode('{b}'), fetchNode('{c}')] as const;
  const condition: PlanNode = { kind: 'Condition', condition: 'some', ifClause: b, elseClause: c };
  const flatten: PlanNode = { kind: 'Flatten', path: ['a', '@'], node: condition };
  const { object } = reportOf({ kind: 'Sequence', nodes: [a, flatten] });
  const numbers = [...JSON.stringify(object).matchAll(/"fetch":(\d).*?"operation":"\{(\w)\}"/g)];
  assert.deepEqual(
    numbers.map(([, number, name]) => [number, name]),
    [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ],
  );
});

test('has a bounded size, however many fetches and calls there are', async () => {
  const timeline = new Timeline();
  const constants = fetchConstants({ serviceName: 'shop', operation: '{a}', operationName: undefined }, 'query');
  const request = new FetchRequest(constants, {}, ['{}']);
  for (let number = 0; number < 10_000; number += 1) {
    await timeline.time(request, async (timing) => {
      const end = TimedFetches.of(timing, timeline)?.startCall(request);
      end?.({ status: 200, replyBytes: 2 });
      return {};
    });
    timeline.startCall({ subgraph: 'shop', fetches: [1], requestBytes: 1 });
    timeline.repeat(request);
  }
  const nodes = Array.from({ length: 10_000 }, () => fetchNode(`{${'a '.repeat(500)}}`));
  const long = { kind: 'Flatten', path: Array<string>(100_000).fill('a'), node: fetchNode('{b}') } as const;
  const report = reportOf(
    { kind: 'Parallel', nodes: [fetchNode(`{${'a'.repeat(10_000_000)}}`), long, ...nodes] },
    timeline,
  );
  assert.equal(report.fetches.length, MAX_NOTED);
  assert.equal(report.calls.length, MAX_NOTED);
  assert.ok(report.omitted && report.omitted > 30_000, `${report.omitted}`);
  const { length } = JSON.stringify(report);
  assert.ok(length < 512 * 1024, `${length} characters`);
});

const fetches = [
  { fetch: 1, subgraph: 'orders', startMs: 1, durationMs: 4 },
  { fetch: 2, subgraph: 'users', startMs: 5, durationMs: 20, entities: 3 },
];
const orders = { subgraph: 'orders', fetches: [1], startMs: 1, durationMs: 4, requestBytes: 9 };
const users = { subgraph: 'users', fetches: [2], startMs: 5, durationMs: 20, entities: 3, requestBytes: 9 };

for (const [timings, sentence] of [
  [{ fetches, calls: [orders, users] }, 'users took 20.0 of 26.0 ms, in 1 call for 3 entities.'],
  [
    // a call at the same time that nothing waited for
    { fetches, calls: [orders, { ...users, durationMs: 5 }, { ...users, durationMs: 20 }] },
    'users took 20.0 of 26.0 ms, in 1 call for 3 entities.',
  ],
  [
    // the pause before a call is repeated counts as its subgraph's
    {
      fetches,
      calls: [orders, { ...users, durationMs: 2, status: 503 }, { ...users, startMs: 20, durationMs: 5, attempt: 2 }],
    },
    'users took 20.0 of 26.0 ms, in 2 calls for 6 entities; a call to users was repeated once.',
  ],
  [
    { fetches: [], calls: [{ ...orders, startMs: 21 }], planning: { startMs: 1, durationMs: 19 } },
    'Planning took 19.0 of 26.0 ms, which happens once for an operation.',
  ],
  [{ fetches, calls: [orders] }, 'The gateway took 22.0 of 26.0 ms; the longest call, to orders, took 4.0 ms.'],
  [
    { fetches: [{ ...fetches[0], fetch: 1, subgraph: 'orders', startMs: 1, cache: { hit: 1 } }], calls: [] },
    'The gateway took 26.0 of 26.0 ms, with data from the response cache.',
  ],
  [{ fetches: [], calls: [] }, 'The gateway took 26.0 of 26.0 ms, without a call.'],
  [
    {
      fetches,
      calls: [orders, { ...users, durationMs: undefined }].map(({ durationMs: ms, ...call }) => ({
        ...call,
        ...(ms !== undefined && { durationMs: ms }),
      })),
    },
    'users took 21.0 of 26.0 ms, in 1 call for 3 entities.',
  ],
] as const) {
  test(`says in one sentence: ${sentence}`, () => {
    assert.equal(summarize({ durationMs: 26, ...timings }), sentence);
  });
}
