import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { buildSchema, OperationTypeNode } from 'graphql';
import { UnsupportedPlanError } from '../unsupported-plan-error.ts';
import { compilePlan } from './plan.ts';
import { TypeRelations } from './type-relations.ts';

const fetch: FetchNode = {
  kind: 'Fetch',
  serviceName: 'a',
  operation: '{a}',
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
};
const types = new TypeRelations(buildSchema('type Query { a: Int }'));
const unsupported: Record<string, QueryPlan['node']> = {
  'a subscription': { kind: 'Subscription', primary: fetch },
  'a deferred part': { kind: 'Sequence', nodes: [fetch, { kind: 'Defer', primary: { node: fetch }, deferred: [] }] },
  'a type condition in a path': { kind: 'Flatten', path: ['a', '@|[A]'], node: fetch },
  'an input rewrite of a value': {
    ...fetch,
    requires: [{ kind: 'Field', name: '__typename' }],
    inputRewrites: [{ kind: 'KeyRenamer', path: ['... on A', 'a'], renameKeyTo: 'b' }],
  },
};

for (const [what, node] of Object.entries(unsupported)) {
  test(`refuses a plan with ${what}, before running any of it`, () => {
    const plan: QueryPlan = { kind: 'QueryPlan', ...(node && { node }) };
    assert.throws(
      () =>
        compilePlan(plan, {
          types,
          mergesFetches: true,
          clientVariable: (name) => name,
          unwantedOf: () => undefined,
          held: new HeldBytes(),
        }),
      UnsupportedPlanError,
    );
  });
}
