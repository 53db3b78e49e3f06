import type { ConditionNode, FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { conditionalKeys, parseFetchOperation, renamedKeys } from '../../planning/plan/fetch-documents.ts';
import { fetchesOf, type PlacedFetch } from '../../planning/plan/plan-nodes.ts';
import { UnsupportedPlanError } from '../unsupported-plan-error.ts';
import { groupFetches } from './call-groups.ts';
import { compileEntityFetch } from './entity-fetch.ts';
import type { FetchOptions, Step } from './fetch.ts';
import { fetchIdentity } from './fetch-request.ts';
import { compileRootFetch } from './root-fetch.ts';
import type { TypeRelations } from './type-relations.ts';
import type { UnselectedKeys } from './wanted-keys.ts';

export interface PlanOptions {
  readonly types: TypeRelations;
  /** The client's name for a variable of the plan. */
  readonly clientVariable: (name: string) => string;
  /** Returns the function that tells which keys of a fetch aren't selected on an entity; undefined if all are on all. */
  readonly unwantedOf: (fetch: FetchNode, path: readonly string[]) => UnselectedKeys | undefined;
  /** True if entity fetches to one subgraph that can be ready together are one call. */
  readonly mergesFetches: boolean;
  /** Counts the bytes of the code. */
  readonly held: HeldBytes;
}

/**
 * Compiles a query plan into one step that fetches all data of the operation.
 *
 * @throws {UnsupportedPlanError}
 */
export function compilePlan({ node }: QueryPlan, options: PlanOptions): Step {
  if (!node) return async () => {};
  if (node.kind === 'Subscription') throw new UnsupportedPlanError('a subscription');
  const fetches = [...fetchesOf(node)];
  const timesAsked = countFetches(fetches);
  const isShareable = (fetch: FetchNode) => (timesAsked.get(fetchIdentity(fetch)) ?? 0) > 1;
  const hasContext = fetches.some(({ fetch }) => fetch.contextRewrites?.length);
  const members = options.mergesFetches ? groupFetches(node, options.held) : new Map();
  const conditionalKeys = conditionalKeysOf(fetches);
  const numbers = new Map(fetches.map(({ fetch }, index) => [fetch, index + 1]));
  const step = compileNode(node, [], { ...options, isShareable, hasContext, conditionalKeys, members, numbers });
  if (members.size === 0) return step;
  return (execution) => {
    execution.startedAt = performance.now();
    return step(execution);
  };
}

interface NodeOptions extends Omit<FetchOptions, 'number'> {
  /** Number of each fetch node, in the order of the plan. */
  readonly numbers: ReadonlyMap<FetchNode, number>;
}

function compileNode(node: PlanNode, path: readonly string[], options: NodeOptions): Step {
  switch (node.kind) {
    case 'Sequence':
      return sequence(node.nodes.map((child) => compileNode(child, path, options)));
    case 'Parallel':
      return parallel(node.nodes.map((child) => compileNode(child, path, options)));
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path.map(checkedElement)], options);
    case 'Condition':
      return condition(node, path, options);
    case 'Fetch':
      return compileFetch(node, path, { ...options, number: options.numbers.get(node) });
    case 'Defer':
      throw new UnsupportedPlanError('a deferred part');
  }
}

function compileFetch(fetch: FetchNode, path: readonly string[], options: FetchOptions): Step {
  return fetch.requires ? compileEntityFetch(fetch, path, options) : compileRootFetch(fetch, path, options);
}

function sequence(steps: readonly Step[]): Step {
  return async (execution) => {
    for (const step of steps) {
      if (execution.isAbandoned) return;
      await step(execution);
    }
  };
}

function parallel(steps: readonly Step[]): Step {
  return async (execution) => {
    await Promise.all(steps.map((step) => step(execution)));
  };
}

function condition(node: ConditionNode, path: readonly string[], options: NodeOptions): Step {
  const name = options.clientVariable(node.condition);
  const whenTrue = compileClause(node.ifClause, path, options);
  const whenFalse = compileClause(node.elseClause, path, options);
  return async (execution) => {
    const [taken, other] = execution.variables[name] === true ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
    for (const group of other?.groups ?? []) execution.gathering(group).leave();
    await taken?.step(execution);
  };
}

function compileClause(node: PlanNode | undefined, path: readonly string[], options: NodeOptions) {
  if (!node) return undefined;
  const groups = [...fetchesOf(node)].flatMap(({ fetch }) => options.members.get(fetch)?.group ?? []);
  return { step: compileNode(node, path, options), groups };
}

/** Paths have type conditions only if the planner was configured to generate them. */
function checkedElement(element: string | number): string {
  if (typeof element === 'string' && !element.includes('|')) return element;
  throw new UnsupportedPlanError(`a path with ${element}`);
}

function countFetches(fetches: readonly PlacedFetch[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { fetch } of fetches) times.set(fetchIdentity(fetch), (times.get(fetchIdentity(fetch)) ?? 0) + 1);
  return times;
}

function conditionalKeysOf(fetches: readonly PlacedFetch[]): Set<string> {
  const keys = new Set<string>();
  for (const { fetch, isConditional } of fetches) {
    if (!isConditional && !/@(skip|include)\b/.test(fetch.operation)) continue;
    const renamed = renamedKeys(fetch.outputRewrites);
    for (const key of conditionalKeys(parseFetchOperation(fetch.operation).selectionSet, isConditional)) {
      keys.add(renamed(key));
    }
  }
  return keys;
}
