import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { PlanNames } from './plan/response-keys.ts';

/**
 * Query planner of one supergraph, and the only way into the planning of the rest of the gateway. What crosses it is data
 * that a structured clone carries, or is made from such data (the schemas, from SDL): so it may be in another thread.
 */
export interface Planner {
  /** Schema that clients see. */
  readonly apiSchema: GraphQLSchema;
  /** All of the supergraph, including what is `@inaccessible`. */
  readonly supergraphSchema: GraphQLSchema;
  readonly directives: SupergraphDirectives;
  /**
   * Plans an operation.
   *
   * @throws {GraphQLError} if there is no such operation, or planning it would take too long
   * @throws {UnplannableOperationError} if there is no plan
   */
  plan(request: PlanRequest): Promise<PlannedOperation>;
}

export interface PlanRequest {
  /** Validated against the API schema. */
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  /** Labels of progressive `@override`, and if each is on; the rest is off. */
  readonly overrideLabels?: ReadonlyMap<string, boolean> | undefined;
}

/** The plan of one operation, and the names it uses in place of the client's. */
export interface PlannedOperation {
  readonly queryPlan: QueryPlan;
  readonly names: PlanNames;
}

/** Directives of a supergraph on which the plan of an operation depends, beside the operation. */
export interface SupergraphDirectives {
  readonly authorization: readonly AuthorizationDirective[];
  /** Labels of progressive `@override`, by the type whose fields have them. */
  readonly overrideLabels: ReadonlyMap<string, ReadonlySet<string>>;
  /** True if some argument is a `@fromContext`. */
  readonly usesContext: boolean;
}

/** One application of an authorization directive, named as its specification names it. */
export interface AuthorizationDirective {
  readonly name: 'authenticated' | 'requiresScopes' | 'policy';
  /** Name of the argument with the names; `@authenticated` has none. */
  readonly argument: string | undefined;
  /** `Type` or `Type.field`. */
  readonly coordinate: string;
  /** Lists of names: all of one list are needed. */
  readonly anyOf: readonly (readonly string[])[];
}
