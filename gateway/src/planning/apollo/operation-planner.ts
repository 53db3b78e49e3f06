import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, type GraphQLSchema, isInterfaceType, isObjectType, Kind } from 'graphql';
import { OperationTooComplexError } from '../operation-too-complex-error.ts';
import { inlineFragments } from '../plan/inlined-operation.ts';
import { operationOf } from '../plan/operation-document.ts';
import type { PlannedOperation, Planner, PlanRequest, SupergraphDirectives } from '../planner.ts';
import { UnplannableOperationError } from '../unplannable-operation-error.ts';
import { orderContextFetches } from './context-order.ts';
import { expandFragments, interfaceObjectsOf } from './expanded-fragments.ts';
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
  readonly #interfaceObjects: ReadonlySet<string>;
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
    this.#interfaceObjects = interfaceObjectsOf(document);
    this.#fieldNames = fieldNamesOf(this.supergraphSchema);
  }

  async plan(request: PlanRequest): Promise<PlannedOperation> {
    const { document, names } = separateResponseKeys(request.document, (name) => this.#fieldNames.has(name));
    const plans = mutationFields(document, request.operationName).map((part) => this.#planPart(part, request));
    const [only] = plans;
    return { queryPlan: only && plans.length === 1 ? only : sequenceOf(plans), names };
  }

  #planPart(document: DocumentNode, request: PlanRequest): QueryPlan {
    const queryPlan = orderContextFetches(addMissingAliases(this.#buildExpandedPlan(document, request)));
    validatePlan(queryPlan, this.#external);
    return restoreRequiredFields(queryPlan, this.#requiredFields);
  }

  /** Plans the document as it is, and with its fragments expanded if that is what the planner can't do. */
  #buildExpandedPlan(document: DocumentNode, request: PlanRequest): QueryPlan {
    try {
      return this.#buildPlan(document, request);
    } catch (error) {
      const { usesContext } = this.directives;
      const isExpandable = usesContext || this.#interfaceObjects.size > 0;
      if (!(error instanceof UnplannableOperationError && isExpandable)) throw error;
      const operation = inlineFragments(document, operationOf(document, request.operationName));
      const expanded = expandFragments(operation, this.apiSchema, {
        interfaceObjects: this.#interfaceObjects,
        usesContext,
      });
      if (!expanded) throw error;
      return this.#buildPlan({ kind: Kind.DOCUMENT, definitions: [expanded] }, request);
    }
  }

  #buildPlan(document: DocumentNode, { operationName, overrideLabels }: PlanRequest): QueryPlan {
    const operation = operationFromDocument(this.#api, plannableSelections(document, this.apiSchema), {
      ...(operationName !== undefined && { operationName }),
      validate: false,
    });
    try {
      const options = overrideLabels && { overrideConditions: new Map(overrideLabels) };
      return this.#planner.buildQueryPlan(operation, options);
    } catch (error) {
      const isKnown = error instanceof GraphQLError || error instanceof OperationTooComplexError;
      throw isKnown ? error : new UnplannableOperationError(error);
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
