import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanReport, ReportedNode } from '@lockstep/gateway/pipeline/responses/plan-report.ts';
import { planTree } from './plan-tree.ts';

function fetchNode(fetch: number, serviceName: string): ReportedNode {
  return { kind: 'Fetch', fetch, serviceName, operationKind: 'query', operation: '{ orders { id } }' };
}

const node: ReportedNode = {
  kind: 'Sequence',
  nodes: [
    fetchNode(1, 'orders'),
    {
      kind: 'Parallel',
      nodes: [
        { kind: 'Flatten', path: ['orders', '@', 'user'], node: fetchNode(2, 'users') },
        { kind: 'Flatten', path: ['orders', '@', 'items'], node: fetchNode(3, 'products') },
        { kind: 'Condition', condition: 'all', ifClause: fetchNode(4, 'products') },
      ],
    },
  ],
};

const report: PlanReport = {
  object: { kind: 'QueryPlan', node },
  summary: 'users took 20.0 of 30.0 ms, in 1 call for 3 entities.',
  durationMs: 30,
  planning: { startMs: 0, durationMs: 5 },
  fetches: [
    { fetch: 1, subgraph: 'orders', startMs: 5, durationMs: 5 },
    { fetch: 2, subgraph: 'users', startMs: 10, durationMs: 20, entities: 3, cache: { hit: 1, stale: 1, miss: 1 } },
    { fetch: 3, subgraph: 'products', startMs: 10, durationMs: 9, entities: 3, failure: 'SUBGRAPH_UNAVAILABLE' },
  ],
  calls: [
    { subgraph: 'orders', fetches: [1], startMs: 5, durationMs: 5, requestBytes: 70, replyBytes: 1200, status: 200 },
    { subgraph: 'users', fetches: [2], others: 2, startMs: 10, durationMs: 20, entities: 2, requestBytes: 90 },
    { subgraph: 'products', fetches: [3], startMs: 10, durationMs: 4, entities: 3, requestBytes: 90, status: 503 },
    { subgraph: 'products', fetches: [3], startMs: 15, attempt: 2, entities: 3, requestBytes: 90, failure: 'EPIPE' },
  ],
};

test('shows a plan as a tree, with a bar for the time of each fetch and call', () => {
  assert.equal(
    planTree(report),
    `
users took 20.0 of 30.0 ms, in 1 call for 3 entities.

planning                             ▕█████                         ▏    5.0 ms
one after the other
├─ orders                            ▕     █████                    ▏    5.0 ms  70 B sent, 1.2 kB received
└─ at the same time
   ├─ users, at orders.@.user        ▕          ████████████████████▏   20.0 ms  3 entities, 2 of 3 from the cache, 1 of them stale, with 2 fetches of other operations, 90 B sent
   ├─ ✗ products, at orders.@.items  ▕          █████████           ▏    9.0 ms  failed: SUBGRAPH_UNAVAILABLE, 3 entities
   │  ├─ ✗ call to products          ▕          ████                ▏    4.0 ms  status 503, 3 entities, 90 B sent
   │  └─ ✗ attempt 2                 ▕               ███████████████▏  not over  EPIPE, 3 entities, 90 B sent
   └─ if $all
      └─ products                    not needed`.trimStart(),
  );
});

test('says how much is left out', () => {
  assert.match(planTree({ ...report, omitted: 7 }), /\n\n7 nodes, fetches and calls are left out\.$/);
});
