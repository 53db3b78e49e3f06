import type { FetchNode, PlanNode } from '@apollo/query-planner';

/** Entity fetch of a plan, and when it can be made. A level is a number of calls, one after the other, that come before. */
export interface LeveledFetch {
  readonly fetch: FetchNode;
  readonly level: number;
  /** Level until which it delays no other fetch; infinite if none comes after it. */
  readonly latest: number;
}

/** Returns the entity fetches of a plan with their levels. */
export function leveledFetches(root: PlanNode): LeveledFetch[] {
  const found: LeveledFetch[] = [];
  const visit = (node: PlanNode, level: number, latest: number): void => {
    if (node.kind === 'Fetch') {
      if (node.requires) found.push({ fetch: node, level, latest });
    } else if (node.kind === 'Sequence') {
      let start = level;
      for (const [index, child] of node.nodes.entries()) {
        const end = start + depthOf(child);
        visit(child, start, index === node.nodes.length - 1 ? latest : end - 1);
        start = end;
      }
    } else {
      for (const child of sideBySide(node)) visit(child, level, latest);
    }
  };
  visit(root, 0, Number.POSITIVE_INFINITY);
  return found;
}

/** Returns the number of calls of a node that are made one after the other. */
function depthOf(node: PlanNode): number {
  if (node.kind === 'Fetch') return 1;
  if (node.kind === 'Sequence') return node.nodes.reduce((sum, child) => sum + depthOf(child), 0);
  return Math.max(0, ...sideBySide(node).map(depthOf));
}

/** Returns the nodes below one that aren't in sequence. */
function sideBySide(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'Parallel':
      return node.nodes;
    case 'Flatten':
      return [node.node];
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => clause ?? []);
    default:
      return [];
  }
}

/**
 * Returns the fetches that can be one call, for as few calls as their levels allow. A fetch that delays nothing if it is made
 * later travels with a later call to its subgraph: the plan has fewer calls then at the same depth.
 */
export function fetchesByCall(fetches: readonly LeveledFetch[]): LeveledFetch[][] {
  const calls: LeveledFetch[][] = [];
  for (const ofSubgraph of Map.groupBy(fetches, ({ fetch }) => fetch.serviceName).values()) {
    let left = ofSubgraph.sort((one, other) => (one.latest < other.latest ? -1 : Number(one.latest > other.latest)));
    for (let [first] = left; first; [first] = left) {
      const { latest } = first;
      calls.push(left.filter(({ level }) => level <= latest));
      left = left.filter(({ level }) => level > latest);
    }
  }
  return calls;
}
