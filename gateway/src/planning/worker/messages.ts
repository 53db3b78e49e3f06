import type { PlannedOperation, SupergraphDirectives } from '../planner.ts';
import type { SubgraphSchema } from '../subgraph-schema.ts';
import type { PlanFailure } from './plan-failure.ts';
import type { SchemaParts } from './schema-parts.ts';

/** Data that a planning thread is started with. */
export interface ThreadData {
  /** Schemas to compose, or the supergraph that they were composed to before. */
  readonly source: readonly SubgraphSchema[] | string;
  /** CPU time that planning one operation may take. */
  readonly planTimeoutMs: number;
}

/** One operation to plan. The thread plans one at a time. */
export interface PlanTask {
  /** Text of the document; its nodes as JSON if it has been changed, because selections may be empty then. */
  readonly document: { readonly text: string } | { readonly json: string };
  readonly operationName: string | undefined;
  readonly overrideLabels: ReadonlyMap<string, boolean> | undefined;
}

/** Answer of a planning thread: `loaded` or `refused` after its start, then `planned` or `failed` for each task. */
export type ThreadAnswer =
  | { readonly kind: 'loaded'; readonly supergraph: SupergraphData }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'planned'; readonly planned: PlannedOperation }
  | { readonly kind: 'failed'; readonly failure: PlanFailure };

/** A composed supergraph. */
export interface SupergraphData {
  readonly sdl: string;
  readonly api: SchemaParts;
  /** Undefined if its types and fields are those of the API schema. */
  readonly whole: SchemaParts | undefined;
  readonly directives: SupergraphDirectives;
}
