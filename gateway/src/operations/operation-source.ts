import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { PlannedOperation } from '../planning/planner.ts';
import type { Restriction } from './authorization/restriction.ts';

/** Input of the compiler. */
export interface OperationSource extends PlannedOperation {
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  /** The client's document, validated against `apiSchema`. */
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  /** True if entity fetches to one subgraph that can be ready together are one call. */
  readonly mergesFetches: boolean;
  /** The denied part: `document` then has its fragments inlined, and only the visible part was planned. */
  readonly restriction?: SourceRestriction | undefined;
}

export interface SourceRestriction extends Restriction {
  readonly isAuthenticated: boolean;
  /** True if a denial refuses the whole operation. */
  readonly isWhole: boolean;
}
