import type { QueryPlan } from '@apollo/query-planner';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { PlanNames } from './plan/response-keys.ts';
import type { PlanningLimits } from './planning-limits.ts';
import type { SubgraphSchema } from './subgraph-schema.ts';

/**
 * Query planner of one supergraph, and the only way into the planning of the rest of the gateway. What crosses it is data
 * that a structured clone carries, or is made from such data (the schemas, from SDL), because the gateway plans in another
 * thread.
 */
export interface Planner {
  /** Schema that clients see. */
  readonly apiSchema: GraphQLSchema;
  /** All types and fields of the supergraph, including what is `@inaccessible`. */
  readonly supergraphSchema: GraphQLSchema;
  readonly directives: SupergraphDirectives;
  /**
   * Plans an operation.
   *
   * @throws {GraphQLError} if there is no such operation, or `OVERLOADED` if too many wait to be planned
   * @throws the signal's reason if it was aborted before planning began
   * @throws {OperationTooComplexError} if planning it would take too long
   * @throws {UnplannableOperationError} if there is no plan
   */
  plan(request: PlanRequest): Promise<PlannedOperation>;
}

/** Planner of composed schemas. It has resources to close. */
export interface OpenPlanner extends Planner {
  readonly supergraphSdl: string;
  /** Returns the same planner, which then has to be closed once more. */
  share(): OpenPlanner;
  close(): Promise<void>;
}

/**
 * Composes schemas, and opens the planner of the supergraph.
 *
 * @param signal gives it up
 * @throws {ConfigurationError} if they don't compose, or make no supergraph that can be served
 */
export type PlannerOpener = (
  schemas: readonly SubgraphSchema[],
  limits: PlanningLimits,
  logger: Logger,
  signal: AbortSignal,
) => Promise<OpenPlanner>;

export interface PlanRequest {
  /** Validated against the API schema. */
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  /** Labels of progressive `@override`, and if each is on; the rest is off. */
  readonly overrideLabels?: ReadonlyMap<string, boolean> | undefined;
  /** Client that waits for the plan; undefined for the gateway itself. */
  readonly client?: string | undefined;
  /** Aborted when nobody waits for the plan any more: it is not made then, unless that has begun. */
  readonly signal?: AbortSignal | undefined;
}

/** The plan of one operation, and the names it uses in place of the client's. */
export interface PlannedOperation {
  readonly queryPlan: QueryPlan;
  readonly names: PlanNames;
}

/** Directives of a supergraph that the gateway itself follows. */
export interface SupergraphDirectives {
  readonly authorization: readonly AuthorizationDirective[];
  /** Labels of progressive `@override`, by the type whose fields have them. */
  readonly overrideLabels: ReadonlyMap<string, ReadonlySet<string>>;
  /** True if some argument is a `@fromContext`. */
  readonly usesContext: boolean;
  readonly costs: CostDirectives;
  /** Keys of entity types, by the type. */
  readonly entityKeys: ReadonlyMap<string, readonly EntityKey[]>;
  readonly cacheTags: readonly CacheTagDirective[];
}

/** A key that a type has in one subgraph. */
export interface EntityKey {
  readonly subgraph: string;
  /** Paths of its scalars, such as `id` and `org.id`. */
  readonly fields: readonly string[];
}

/** A `@cacheTag` of one subgraph: https://specs.apollo.dev/cacheTag/v0.1 */
export interface CacheTagDirective {
  readonly type: string;
  /** Undefined if it is on the type. */
  readonly field: string | undefined;
  readonly subgraph: string;
  readonly format: string;
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

/** `@cost` and `@listSize` of a supergraph, by schema coordinates: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/** Arguments of `@listSize` on a field. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** The arguments that say how many elements come. */
  readonly slicingArguments: readonly string[];
  /** The fields of what the field returns whose lists have that size; without any, the field itself is the list. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}
