import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { readCostDirectives } from './cost-directives.ts';
import { type CostModel, compileEstimate, type Estimate } from './estimate.ts';

/** The estimates of one supergraph's operations, each compiled when it first comes and kept as long as its document. */
export class CostEstimates {
  readonly #model: CostModel;
  readonly #compiled = new WeakMap<OperationDefinitionNode, Estimate>();

  constructor(apiSchema: GraphQLSchema, supergraphSdl: string, listSize: number) {
    this.#model = { schema: apiSchema, directives: readCostDirectives(supergraphSdl, apiSchema), listSize };
  }

  of(document: DocumentNode, operation: OperationDefinitionNode): Estimate {
    const known = this.#compiled.get(operation);
    if (known) return known;
    const estimate = compileEstimate(this.#model, document, operation);
    this.#compiled.set(operation, estimate);
    return estimate;
  }
}
