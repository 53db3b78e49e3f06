import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { CompiledGroup } from './fetch-group.ts';
import { fetchesByCall, leveledFetches } from './plan-levels.ts';

/** Place of a fetch among those that it can be one call with. */
export interface GroupMember {
  readonly group: CompiledGroup;
  /** Number of calls, one after the other, that come before the fetch. */
  readonly level: number;
}

/** Returns the groups of the fetches that can be one call with others. */
export function groupFetches(node: PlanNode, held: HeldBytes): Map<FetchNode, GroupMember> {
  const members = new Map<FetchNode, GroupMember>();
  const fetches = leveledFetches(node);
  if (new Set(fetches.map(({ fetch }) => fetch)).size < fetches.length) return members; // a node is at two places
  for (const call of fetchesByCall(fetches)) {
    if (call.length < 2) continue;
    const group = new CompiledGroup(call.length, Math.max(...call.map(({ level }) => level)), held);
    for (const { fetch, level } of call) members.set(fetch, { group, level });
  }
  return members;
}
