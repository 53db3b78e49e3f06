import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  type Operation,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { type ResponseKeys, separateResponseKeys } from '../plan/response-keys.ts';
import { UnplannableOperationError } from '../unplannable-operation-error.ts';
import { addNewerIntrospection } from './introspection-fields.ts';
import { addMissingAliases } from './missing-aliases.ts';
import { plannableSelections } from './plannable-selections.ts';
import type { RequiredFields } from './required-field.ts';
import { restoreRequiredFields } from './required-field-fetches.ts';
import { normalizeSupergraph } from './supergraph-normalization.ts';
import './variables-in-values.ts';

/** The plan of one operation, and what its response keys are called in it. */
export interface PlannedOperation {
  readonly queryPlan: QueryPlan;
  readonly responseKeys: ResponseKeys;
}

export interface PlanningOptions {
  /** Which labels of progressive `@override` are on; the rest is off. */
  readonly overrideLabels?: ReadonlyMap<string, boolean> | undefined;
}

/** Plans operations on one supergraph with Apollo's planner, around the cases that it plans wrongly. */
export class OperationPlanner {
  /** What a client may ask for. */
  readonly apiSchema: GraphQLSchema;
  /** All of it, the `@inaccessible` too. */
  readonly supergraphSchema: GraphQLSchema;
  /** The same, with the directives that rule it. */
  readonly supergraph: Schema;
  readonly #api: Schema;
  readonly #planner: QueryPlanner;
  readonly #requiredFields: RequiredFields;
  readonly #fieldNames: ReadonlySet<string>;

  /** @throws where the SDL is no supergraph, or links a feature that isn't supported */
  constructor(supergraphSdl: string) {
    const { document, requiredFields } = normalizeSupergraph(supergraphSdl);
    this.#api = Supergraph.build(supergraphSdl, OPTIONS).apiSchema();
    addNewerIntrospection(this.#api);
    this.apiSchema = this.#api.toGraphQLJSSchema();
    const supergraph = Supergraph.build(document, OPTIONS);
    this.supergraph = supergraph.schema;
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.#planner = new QueryPlanner(supergraph, { reuseQueryFragments: false });
    this.#requiredFields = requiredFields;
    this.#fieldNames = fieldNamesOf(this.supergraphSchema);
  }

  /**
   * @param document validated against `apiSchema`
   * @throws {GraphQLError} where there is no such operation, or planning it would take too long
   * @throws {UnplannableOperationError} where the planner fails
   */
  plan(document: DocumentNode, operationName?: string, { overrideLabels }: PlanningOptions = {}): PlannedOperation {
    const responseKeys = separateResponseKeys(document, (name) => this.#fieldNames.has(name));
    const plannable = plannableSelections(responseKeys.document, this.apiSchema);
    const operation = operationFromDocument(this.#api, plannable, {
      ...(operationName !== undefined && { operationName }),
      validate: false,
    });
    const queryPlan = addMissingAliases(this.#buildPlan(operation, overrideLabels));
    return { queryPlan: restoreRequiredFields(queryPlan, this.#requiredFields), responseKeys };
  }

  #buildPlan(operation: Operation, overrideLabels: PlanningOptions['overrideLabels']): QueryPlan {
    try {
      const options = overrideLabels && { overrideConditions: new Map(overrideLabels) };
      return this.#planner.buildQueryPlan(operation, options);
    } catch (error) {
      throw error instanceof GraphQLError ? error : new UnplannableOperationError(error);
    }
  }
}

/** Specifications of the authorization directives, which operations/authorization enforces. */
const AUTHORIZATION_FEATURES = ['authenticated', 'requiresScopes', 'policy'].map(
  (name) => `https://specs.apollo.dev/${name}/v0.1`,
);

/** A supergraph with a feature that isn't enforced here must not load. */
const SUPPORTED_FEATURES = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  ...AUTHORIZATION_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
]);

const OPTIONS = { supportedFeatures: SUPPORTED_FEATURES, validateSupergraph: false };

function fieldNamesOf(schema: GraphQLSchema): Set<string> {
  const types = Object.values(schema.getTypeMap());
  return new Set(
    types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [])),
  );
}
