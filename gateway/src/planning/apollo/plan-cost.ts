/** Fetches of a plan that are made at the same time: the cost of their selections, by subgraph. */
type Stage = ReadonlyMap<string, number>;

/** Part of a plan, as stages that come one after the other. */
export type Stages = readonly Stage[];

/** Cost of a call, in fields; the planner's own. */
const CALL_COST = 1000;

/** Factor by which a call costs more than one a stage before it; the planner's own, so that a deeper plan is nearly never better. */
const STAGE_FACTOR = 100;

/** Returns the stages of parts that are made side by side. Fetches of one stage to one subgraph are one call. */
export function sideBySide(parts: readonly Stages[]): Stages {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const stages: Map<string, number>[] = [];
  for (const part of parts) {
    for (const [index, stage] of part.entries()) {
      const joint = stages[index] ?? new Map<string, number>();
      stages[index] = joint;
      for (const [subgraph, cost] of stage) joint.set(subgraph, (joint.get(subgraph) ?? 0) + cost);
    }
  }
  return stages;
}

/** Returns the cost of a plan, by which the planner compares it with others. */
export function costOf(stages: Stages): number {
  return stages.reduceRight((after, stage) => {
    const selections = stage.values().reduce((sum, cost) => sum + cost, 0);
    return stage.size * CALL_COST + selections + STAGE_FACTOR * after;
  }, 0);
}
