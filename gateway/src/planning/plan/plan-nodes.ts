import type { FetchNode, PlanNode } from '@apollo/query-planner';

/** A fetch node and its place in the plan. */
export interface PlacedFetch {
  readonly fetch: FetchNode;
  /** Keys in the plan's data, with `@` for each item of a list. */
  readonly path: readonly string[];
  /** True if a condition node is above it. */
  readonly isConditional: boolean;
}

/** Yields all fetches of a plan except deferred ones. */
export function* fetchesOf(
  node: PlanNode,
  path: readonly string[] = [],
  isConditional = false,
): Generator<PlacedFetch, void> {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      for (const child of node.nodes) yield* fetchesOf(child, path, isConditional);
      return;
    case 'Flatten':
      yield* fetchesOf(node.node, [...path, ...node.path.map(String)], isConditional);
      return;
    case 'Condition':
      if (node.ifClause) yield* fetchesOf(node.ifClause, path, true);
      if (node.elseClause) yield* fetchesOf(node.elseClause, path, true);
      return;
    case 'Fetch':
      yield { fetch: node, path, isConditional };
  }
}

/** Returns the plan with its fetches replaced. */
export function replaceFetches(node: PlanNode, replace: (fetch: FetchNode) => PlanNode): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => replaceFetches(child, replace)) };
    case 'Flatten':
      return { ...node, node: replaceFetches(node.node, replace) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: replaceFetches(node.ifClause, replace) }),
        ...(node.elseClause && { elseClause: replaceFetches(node.elseClause, replace) }),
      };
    case 'Fetch':
      return replace(node);
    case 'Defer':
      return node;
  }
}
