import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  type Operation,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { PlannedOperation, Planner, PlanRequest, SupergraphDirectives } from '../planner.ts';
import { UnplannableOperationError } from '../unplannable-operation-error.ts';
import { orderContextFetches } from './context-order.ts';
import { ExternalFields } from './external-fields.ts';
import { addNewerIntrospection } from './introspection-fields.ts';
import { limitLocalSelections } from './local-selections.ts';
import { QueryPlanner } from './mended-planner.ts';
import { addMissingAliases } from './missing-aliases.ts';
import { mutationFields } from './mutation-fields.ts';
import { sequenceOf } from './mutation-sequence.ts';
import { validatePlan } from './plan-validation.ts';
import { plannableSelections } from './plannable-selections.ts';
import type { RequiredFields } from './required-field.ts';
import { restoreRequiredFields } from './required-field-fetches.ts';
import { separateResponseKeys } from './response-key-separation.ts';
import { directivesOf } from './supergraph-directives.ts';
import { normalizeSupergraph } from './supergraph-normalization.ts';
import './variables-in-values.ts';

/** Apollo's query planner, with workarounds for what it plans wrongly. */
export class OperationPlanner implements Planner {
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly directives: SupergraphDirectives;
  readonly #api: Schema;
  readonly #planner: InstanceType<typeof QueryPlanner>;
  readonly #requiredFields: RequiredFields;
  readonly #external: ExternalFields;
  readonly #fieldNames: ReadonlySet<string>;

  /** @throws {GraphQLError} if the SDL is no supergraph, or links a feature that isn't supported */
  constructor(supergraphSdl: string) {
    const { document, requiredFields } = normalizeSupergraph(supergraphSdl);
    this.#api = Supergraph.build(supergraphSdl, OPTIONS).apiSchema();
    addNewerIntrospection(this.#api);
    this.apiSchema = this.#api.toGraphQLJSSchema();
    const supergraph = Supergraph.build(document, OPTIONS);
    this.directives = directivesOf(supergraph.schema);
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.#planner = new QueryPlanner(supergraph, { reuseQueryFragments: false });
    limitLocalSelections(this.#planner);
    this.#requiredFields = requiredFields;
    this.#external = new ExternalFields(document);
    this.#fieldNames = fieldNamesOf(this.supergraphSchema);
  }

  async plan({ document, operationName, overrideLabels }: PlanRequest): Promise<PlannedOperation> {
    const separated = separateResponseKeys(document, (name) => this.#fieldNames.has(name));
    const plans = mutationFields(separated.document, operationName).map((part) => {
      const operation = operationFromDocument(this.#api, plannableSelections(part, this.apiSchema), {
        ...(operationName !== undefined && { operationName }),
        validate: false,
      });
      const queryPlan = orderContextFetches(addMissingAliases(this.#buildPlan(operation, overrideLabels)));
      validatePlan(queryPlan, this.#external);
      return restoreRequiredFields(queryPlan, this.#requiredFields);
    });
    const [only] = plans;
    return { queryPlan: only && plans.length === 1 ? only : sequenceOf(plans), names: separated.names };
  }

  #buildPlan(operation: Operation, overrideLabels: PlanRequest['overrideLabels']): QueryPlan {
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
