import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { type KeyTree, keyTree, parseFetchOperation, renamedKeys } from '../plan/fetch-documents.ts';
import { fetchesOf } from '../plan/plan-nodes.ts';
import { contextSource, keysIn } from './context-source.ts';
import { FetchedKeys } from './fetched-keys.ts';

/**
 * Has a fetch with `@fromContext` arguments wait for the fetch that brings their values. @apollo/query-planner 2.14.4 plans
 * the two side by side if the value is from another fetch than the object (a variation of
 * https://github.com/apollographql/router/issues/8449); context.test.ts reproduces it.
 */
export function orderContextFetches(plan: QueryPlan): QueryPlan {
  const { node } = plan;
  if (!node || node.kind === 'Subscription') return plan;
  const usesContext = [...fetchesOf(node)].some(({ fetch }) => fetch.contextRewrites?.length);
  return usesContext ? { ...plan, node: ordered(node, []) } : plan;
}

function ordered(node: PlanNode, path: readonly string[]): PlanNode {
  switch (node.kind) {
    case 'Sequence':
      return { ...node, nodes: node.nodes.map((child) => ordered(child, path)) };
    case 'Parallel':
      return inStages(
        node.nodes.map((child) => ordered(child, path)),
        path,
      );
    case 'Flatten':
      return { ...node, node: ordered(node.node, [...path, ...keysIn(node.path)]) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: ordered(node.ifClause, path) }),
        ...(node.elseClause && { elseClause: ordered(node.elseClause, path) }),
      };
    default:
      return node;
  }
}

/** Runs nodes side by side, but those that take context values from others after these. */
function inStages(nodes: readonly PlanNode[], path: readonly string[]): PlanNode {
  const stages: PlanNode[] = [];
  let left = nodes.map((node) => ({ node, needs: contextSources(node, path), brings: keysOf(node, path) }));
  while (left.length > 0) {
    const waits = ({ node, needs }: (typeof left)[number]) =>
      left.some((other) => other.node !== node && needs.some((source) => other.brings.has(source)));
    const ready = left.filter((one) => !waits(one));
    const stage = ready.length > 0 ? ready : left; // they wait for each other: that is for the plan's validation
    stages.push(toParallel(stage.map(({ node }) => node)));
    left = left.filter((one) => !stage.includes(one));
  }
  const [only, ...others] = stages;
  return only && others.length === 0 ? only : { kind: 'Sequence', nodes: stages };
}

function toParallel(nodes: PlanNode[]): PlanNode {
  const [only, ...others] = nodes;
  return only && others.length === 0 ? only : { kind: 'Parallel', nodes };
}

function contextSources(node: PlanNode, path: readonly string[]): string[][] {
  return [...fetchesOf(node, path)].flatMap(({ fetch, path: place }) =>
    (fetch.contextRewrites ?? []).map((rewrite) => contextSource(rewrite, keysIn(place))),
  );
}

function keysOf(node: PlanNode, path: readonly string[]): FetchedKeys {
  const keys = new FetchedKeys();
  for (const { fetch, path: place } of fetchesOf(node, path)) keys.add(keysIn(place), fetchedBy(fetch));
  return keys;
}

/** Returns the keys that a fetch fills in on its objects. */
function fetchedBy({ operation, outputRewrites, requires }: FetchNode): KeyTree {
  const keys = keyTree(parseFetchOperation(operation).selectionSet, renamedKeys(outputRewrites));
  return requires ? (keys.get('_entities') ?? new Map()) : keys;
}
