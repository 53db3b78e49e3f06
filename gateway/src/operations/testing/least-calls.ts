import type { PlanNode } from '@apollo/query-planner';

interface Fetch {
  readonly subgraph: string;
  readonly isOfEntities: boolean;
  /** Indices of the fetches that come right before it. */
  readonly after: readonly number[];
}

/**
 * Returns the least number of calls that a plan allows without being deeper: entity fetches of one subgraph can be one call if
 * neither needs the other. Found by trying every level for every fetch.
 */
export function leastCalls(plan: PlanNode): number {
  const fetches: Fetch[] = [];
  collect(plan, [], fetches);
  const earliest: number[] = [];
  for (const { after } of fetches) earliest.push(1 + Math.max(-1, ...after.map((index) => earliest[index] ?? 0)));
  const latest = fetches.map(() => Math.max(...earliest));
  for (const [index, { after }] of [...fetches.entries()].reverse()) {
    for (const before of after) latest[before] = Math.min(latest[before] ?? 0, (latest[index] ?? 0) - 1);
  }
  const levels: number[] = [];
  let least = fetches.length;
  const place = (index: number, calls: ReadonlySet<string>): void => {
    const fetch = fetches[index];
    if (!fetch) least = Math.min(least, calls.size);
    if (!fetch || calls.size >= least) return;
    const first = 1 + Math.max(-1, ...fetch.after.map((before) => levels[before] ?? 0));
    const last = fetch.isOfEntities ? (latest[index] ?? 0) : first;
    for (let level = first; level <= last; level++) {
      levels[index] = level;
      place(index + 1, new Set([...calls, fetch.isOfEntities ? `${fetch.subgraph} ${level}` : `root ${index}`]));
    }
  };
  place(0, new Set());
  return least;
}

/** Adds the fetches of a node, and returns the indices of those that come last. */
function collect(node: PlanNode, after: readonly number[], fetches: Fetch[]): readonly number[] {
  switch (node.kind) {
    case 'Sequence':
      return node.nodes.reduce((before, child) => collect(child, before, fetches), after);
    case 'Parallel':
      return node.nodes.flatMap((child) => collect(child, after, fetches));
    case 'Flatten':
      return collect(node.node, after, fetches);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) => (clause ? collect(clause, after, fetches) : []));
    case 'Fetch':
      fetches.push({ subgraph: node.serviceName, isOfEntities: node.requires !== undefined, after });
      return [fetches.length - 1];
    default:
      throw new Error(`a plan with a node ${node.kind}`);
  }
}
