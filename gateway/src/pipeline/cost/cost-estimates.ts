import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { shareOfHeap } from '@lockstep/runtime/caching/heap-bytes.ts';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { CostDirectives } from '../../planning/planner.ts';
import { completeCosts } from './cost-directives.ts';
import { type CostModel, compileEstimate, type Estimate } from './estimate.ts';

/** Operation whose cost is estimated. */
export interface EstimatedOperation {
  /** Validated, with fragments that have been checked for their size. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly queryHash: string;
  readonly operationName: string | undefined;
}

/** Bound of the estimates that are kept. */
const MAX_BYTES = shareOfHeap(1 / 64);

/** Estimates of one supergraph's operations, each compiled when it first comes. */
export class CostEstimates {
  readonly #model: CostModel;
  readonly #known = new ByteCache<Estimate>(MAX_BYTES);

  constructor(apiSchema: GraphQLSchema, directives: CostDirectives, listSize: number) {
    this.#model = { schema: apiSchema, directives: completeCosts(directives, apiSchema), listSize };
  }

  of({ document, operation, queryHash, operationName }: EstimatedOperation): Estimate {
    const key = `${queryHash} ${operationName ?? ''}`;
    const known = this.#known.get(key);
    if (known) return known;
    const estimate = compileEstimate(this.#model, document, operation);
    this.#known.set(key, estimate, estimate.bytes);
    return estimate;
  }
}
