import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { OperationTooComplexError } from '../operation-too-complex-error.ts';
import { inlineFragments } from '../plan/inlined-operation.ts';
import { operationOf } from '../plan/operation-document.ts';
import type { PlannedOperation, Planner, PlanRequest, SupergraphDirectives } from '../planner.ts';
import { UnplannableOperationError } from '../unplannable-operation-error.ts';
import { orderContextFetches } from './context-order.ts';
import { addEntryPlans } from './entry-plans.ts';
import { expandFragments } from './expanded-fragments.ts';
import { ExternalFields } from './external-fields.ts';
import { addEntries, type Entry, entryField } from './interface-object-entries.ts';
import { divideOperation } from './interface-object-selections.ts';
import { type InterfaceObject, interfaceObjectsOf } from './interface-objects.ts';
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
import './interface-object-type-names.ts';
import './variables-in-values.ts';

/** Apollo's query planner, with workarounds for what it plans wrongly. */
export class OperationPlanner implements Planner {
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly directives: SupergraphDirectives;
  /** Schema of the operations that are planned: the API schema, and the entries to interface objects. */
  readonly #operations: Schema;
  readonly #planner: InstanceType<typeof QueryPlanner>;
  readonly #requiredFields: RequiredFields;
  readonly #external: ExternalFields;
  readonly #interfaceObjects: ReadonlyMap<string, InterfaceObject>;
  readonly #fieldNames: ReadonlySet<string>;

  /** @throws {GraphQLError} if the SDL is no supergraph, or links a feature that isn't supported */
  constructor(supergraphSdl: string) {
    const { document, requiredFields } = normalizeSupergraph(supergraphSdl);
    const api = Supergraph.build(supergraphSdl, OPTIONS).apiSchema();
    addNewerIntrospection(api);
    this.apiSchema = api.toGraphQLJSSchema();
    const { schema } = Supergraph.build(document, OPTIONS);
    this.directives = directivesOf(schema);
    this.supergraphSchema = schema.toGraphQLJSSchema();
    this.#interfaceObjects = interfaceObjectsOf(document);
    const hasEntries = this.#interfaceObjects.size > 0;
    const planned = Supergraph.build(addEntries(document, [...this.#interfaceObjects.values()]), OPTIONS);
    this.#planner = new QueryPlanner(planned, hasEntries ? PLANNER_OF_INTERFACE_OBJECTS : PLANNER);
    limitLocalSelections(this.#planner);
    this.#operations = hasEntries ? planned.schema : api;
    if (hasEntries) addNewerIntrospection(planned.schema);
    this.#requiredFields = requiredFields;
    this.#external = new ExternalFields(document);
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
      return this.#buildDividedPlan(document, request);
    } catch (error) {
      if (!(error instanceof UnplannableOperationError && this.directives.usesContext)) throw error;
      const operation = inlineFragments(document, operationOf(document, request.operationName));
      const expanded = expandFragments(operation, this.apiSchema);
      if (!expanded) throw error;
      return this.#buildDividedPlan({ kind: Kind.DOCUMENT, definitions: [expanded] }, request);
    }
  }

  /** Plans what is selected on interface objects of some types apart from the rest. */
  #buildDividedPlan(document: DocumentNode, request: PlanRequest): QueryPlan {
    const plannable = plannableSelections(document, this.apiSchema);
    if (this.#interfaceObjects.size === 0) return this.#buildPlan(plannable, request);
    const operation = inlineFragments(plannable, operationOf(plannable, request.operationName));
    const divided = divideOperation(operation, this.apiSchema, this.#interfaceObjects);
    if (!divided) return this.#buildPlan(plannable, request);
    const rest = this.#buildPlan({ kind: Kind.DOCUMENT, definitions: [divided.operation] }, request);
    const entries = divided.entries.map((entry) => ({
      path: entry.path,
      typeName: entry.typeName,
      plan: this.#buildPlan({ kind: Kind.DOCUMENT, definitions: [entryOperation(entry, operation)] }, request),
    }));
    return addEntryPlans(rest, entries, [...this.#interfaceObjects.values()]);
  }

  #buildPlan(document: DocumentNode, { operationName, overrideLabels }: PlanRequest): QueryPlan {
    const operation = operationFromDocument(this.#operations, document, {
      ...(operationName !== undefined && { operationName }),
      validate: false,
    });
    try {
      const options = overrideLabels && { overrideConditions: new Map(overrideLabels) };
      return this.#planner.buildQueryPlan(operation, options);
    } catch (error) {
      throw error instanceof OperationTooComplexError ? error : new UnplannableOperationError(error);
    }
  }
}

/** Returns the query of an entry, as a root field of the planner's supergraph. */
function entryOperation(
  { interfaceName, typeName, selections }: Entry,
  { name, variableDefinitions }: OperationDefinitionNode,
): OperationDefinitionNode {
  const field: FieldNode = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: entryField(interfaceName, typeName) },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    ...(name && { name }),
    ...(variableDefinitions && { variableDefinitions }),
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  };
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
  'https://specs.apollo.dev/cacheTag/v0.1', // which subgraphs/caching reads
]);

const PLANNER = { reuseQueryFragments: false };

/**
 * With interface objects, the planner compares at most 200 plans of an operation, combined of the best ways to each selection.
 * At its default of 10,000 an operation of 900 bytes took 6 s and 700 MB, and takes 0.4 s so.
 */
const PLANNER_OF_INTERFACE_OBJECTS = { ...PLANNER, debug: { maxEvaluatedPlans: 200 } };

const OPTIONS = { supportedFeatures: SUPPORTED_FEATURES, validateSupergraph: false };

function fieldNamesOf(schema: GraphQLSchema): Set<string> {
  const types = Object.values(schema.getTypeMap());
  return new Set(
    types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [])),
  );
}
