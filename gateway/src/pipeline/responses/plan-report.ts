import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { CallTiming, FetchTiming, Timeline } from '../../execution/timeline/timeline.ts';
import { fetchesOf } from '../../planning/plan/plan-nodes.ts';
import { summarize } from './plan-summary.ts';

/** Maximum length of a plan, about, as JSON. Nodes beyond it are left out. */
export const MAX_PLAN_LENGTH = 256 * 1024;

/** Node of a plan, in the form of Apollo Router's JSON, with the number that timings refer to. */
export type ReportedNode =
  | { readonly kind: 'Sequence' | 'Parallel'; readonly nodes: readonly ReportedNode[] }
  | { readonly kind: 'Flatten'; readonly path: readonly (string | number)[]; readonly node: ReportedNode }
  | {
      readonly kind: 'Condition';
      readonly condition: string;
      readonly ifClause?: ReportedNode | undefined;
      readonly elseClause?: ReportedNode | undefined;
    }
  | ReportedFetch;

export interface ReportedFetch {
  readonly kind: 'Fetch';
  /** Number of the node, from 1. */
  readonly fetch: number;
  readonly serviceName: string;
  readonly operationKind: string;
  readonly operationName?: string | undefined;
  readonly operation: string;
}

/** Plan of an operation, and the timings of one run of it. */
export interface PlanReport {
  readonly object: { readonly kind: 'QueryPlan'; readonly node?: ReportedNode | undefined };
  /** One sentence on what took the time. */
  readonly summary: string;
  /** Time from reading the request to writing the answer. */
  readonly durationMs: number;
  /** Undefined if the operation was known. */
  readonly planning?: Timeline['planning'];
  readonly fetches: readonly FetchTiming[];
  readonly calls: readonly CallTiming[];
  /** Number of nodes, fetches and calls that are left out because there are too many. */
  readonly omitted?: number;
}

/** Returns the extensions of an answer that has its plan; undefined if nothing was executed. */
export function planExtensions(timeline: Timeline): { readonly apolloQueryPlan: PlanReport } | undefined {
  const { plan, planning, fetches, calls, elapsedMs: durationMs } = timeline;
  if (!plan) return undefined;
  const root = plan.node?.kind === 'Subscription' ? undefined : plan.node;
  const writer = new PlanWriter(root);
  const node = root && writer.write(root);
  const omitted = timeline.omitted + writer.omitted;
  const timings = { durationMs, planning, fetches, calls };
  return {
    apolloQueryPlan: {
      object: { kind: 'QueryPlan', node },
      summary: summarize(timings),
      ...timings,
      ...(omitted > 0 && { omitted }),
    },
  };
}

/** Writes a plan, up to {@link MAX_PLAN_LENGTH}. */
class PlanWriter {
  /** Number of nodes left out, without those below them. */
  omitted = 0;
  readonly #numbers: ReadonlyMap<FetchNode, number>;
  #left = MAX_PLAN_LENGTH;

  constructor(root: PlanNode | undefined) {
    this.#numbers = new Map(root && [...fetchesOf(root)].map(({ fetch }, index) => [fetch, index + 1]));
  }

  write(node: PlanNode): ReportedNode | undefined {
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel':
        return this.#take({ kind: node.kind, nodes: node.nodes.flatMap((child) => this.write(child) ?? []) }, 40);
      case 'Flatten': {
        const child = this.write(node.node);
        return child && this.#take({ kind: 'Flatten', path: node.path, node: child }, JSON.stringify(node.path).length);
      }
      case 'Condition': {
        const { kind, condition, ifClause, elseClause } = node;
        const clauses = {
          ifClause: ifClause && this.write(ifClause),
          elseClause: elseClause && this.write(elseClause),
        };
        return this.#take({ kind, condition, ...clauses }, condition.length);
      }
      case 'Fetch':
        return this.#writeFetch(node);
      case 'Defer':
        return undefined;
    }
  }

  #writeFetch(node: FetchNode): ReportedNode | undefined {
    const { kind, serviceName, operationKind, operationName, operation } = node;
    const fetch = this.#numbers.get(node) ?? 0;
    const written = { kind, fetch, serviceName, operationKind, operationName, operation };
    return this.#take(written, JSON.stringify(written).length);
  }

  #take(node: ReportedNode, length: number): ReportedNode | undefined {
    if (length > this.#left) {
      this.omitted += 1;
      return undefined;
    }
    this.#left -= length;
    return node;
  }
}
