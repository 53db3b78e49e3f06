import { type DocumentNode, isInterfaceType, isObjectType, Kind, type OperationDefinitionNode } from 'graphql';
import { UnsupportedPlanError } from '../execution/unsupported-plan-error.ts';
import { InvalidPlanError } from '../planning/invalid-plan-error.ts';
import { OperationTooComplexError } from '../planning/operation-too-complex-error.ts';
import { inlineFragments } from '../planning/plan/inlined-operation.ts';
import { operationOf } from '../planning/plan/operation-document.ts';
import type { Planner, PlanRequest } from '../planning/planner.ts';
import { UnplannableOperationError } from '../planning/unplannable-operation-error.ts';
import type { OperationCounts } from '../telemetry/figures.ts';
import { restrict, type Visit } from './authorization/restriction.ts';
import { AuthorizationRules } from './authorization/rules.ts';
import type { ClientOperation } from './client-operation.ts';
import { type CompiledOperation, compileOperation } from './compiled-operation.ts';
import type { SourceRestriction } from './operation-source.ts';
import { OverrideLabels } from './override-labels.ts';
import { RequestDependentOperation, type Variant } from './request-dependent-operation.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

/** Result of compiling an operation: executable code, or why there is none. */
export type Compiled = CompiledOperation | UnsupportedOperation;

/** Effect of a denied part of an operation: it is removed, the whole is refused, or it is only reported. */
export type DenialEffect = 'removed' | 'refused' | 'told';

/** Settings of how operations are compiled. */
export interface CompilerOptions {
  readonly denied: DenialEffect;
  /** Set if entity fetches of an operation to one subgraph that can be ready together are one call. */
  readonly mergesFetches: boolean;
}

/** Plans and compiles the operations of one supergraph. */
export class OperationCompiler {
  readonly rules: AuthorizationRules;
  readonly labels: OverrideLabels;
  readonly #planner: Planner;
  readonly #options: CompilerOptions;
  readonly #counts: OperationCounts;

  constructor(planner: Planner, options: CompilerOptions, counts: OperationCounts) {
    this.rules = new AuthorizationRules(planner.directives.authorization);
    this.labels = new OverrideLabels(planner.directives.overrideLabels);
    this.#planner = planner;
    this.#options = options;
    this.#counts = counts;
  }

  /** Returns undefined for an operation that is the same for every request: all are if there is no rule and no label. */
  dependsOnRequest(operation: ClientOperation): RequestDependentOperation | undefined {
    if (this.rules.isEmpty && this.labels.isEmpty) return undefined;
    const { rules, types } = this.#restrict(inlined(operation), () => true);
    const labels = this.labels.of(types);
    return rules.length === 0 && labels.length === 0
      ? undefined
      : new RequestDependentOperation(operation, rules, labels);
  }

  /** Compiles an operation as it is for one request. */
  compileVariant(
    { operation, labels }: RequestDependentOperation,
    { unmet, labelsOn, isAuthenticated }: Variant,
    request: PlanWaiter = {},
  ): Promise<Compiled> {
    const { document, operationName } = operation;
    const overrideLabels = new Map(labels.map((label) => [label, labelsOn.has(label)]));
    if (unmet.size === 0) return this.compileDocument(document, operationName, { ...request, overrideLabels });
    const whole = inlined(operation);
    const { visible, denied, denials } = this.#restrict(whole, (rule) => !unmet.has(rule));
    const { denied: effect } = this.#options;
    const parts = effect === 'told' ? { visible: whole, denied: new Set<never>() } : { visible, denied };
    const restriction = { ...parts, denials, isAuthenticated, isWhole: effect === 'refused' };
    return this.compileDocument(documentOf(whole), operationName, { ...request, overrideLabels, restriction });
  }

  #restrict(operation: OperationDefinitionNode, isMet: Parameters<typeof restrict>[3]): Visit {
    return restrict(operation, this.#planner.apiSchema, this.rules, isMet);
  }

  /**
   * Plans and compiles an operation; without a plan the result is an {@link UnsupportedOperation}.
   *
   * @throws {GraphQLError} if there is no such operation, or `OVERLOADED` if too many wait to be planned
   */
  async compileDocument(
    document: DocumentNode,
    operationName: string | undefined,
    { restriction, ...request }: CompileOptions = {},
  ): Promise<Compiled> {
    const { apiSchema, supergraphSchema } = this.#planner;
    this.#counts.misses += 1;
    try {
      const visible = restriction ? documentOf(restriction.visible) : document;
      const planned = await this.#planner.plan({ ...request, document: visible, operationName });
      const { mergesFetches } = this.#options;
      const source = { ...planned, apiSchema, supergraphSchema, document, operationName, restriction, mergesFetches };
      return compileOperation(source);
    } catch (error) {
      if (error instanceof OperationTooComplexError) return UnsupportedOperation.tooComplex(error.message);
      if (!(error instanceof UnsupportedPlanError || error instanceof UnplannableOperationError)) throw error;
      return UnsupportedOperation.withoutPlan(error.message, this.#publicField(error));
    }
  }

  #publicField(error: Error): string | undefined {
    if (!(error instanceof InvalidPlanError)) return undefined;
    const [typeName = '', field = ''] = error.coordinate.split('.');
    const type = this.#planner.apiSchema.getType(typeName);
    const isPublic = (isObjectType(type) || isInterfaceType(type)) && field in type.getFields();
    return isPublic ? `${typeName}.${field}` : undefined;
  }
}

/** A caller that waits for a plan, and its deadline. */
type PlanWaiter = Pick<PlanRequest, 'client' | 'signal'>;

interface CompileOptions extends PlanWaiter, Pick<PlanRequest, 'overrideLabels'> {
  readonly restriction?: SourceRestriction;
}

function inlined({ document, operationName }: ClientOperation): OperationDefinitionNode {
  return inlineFragments(document, operationOf(document, operationName));
}

function documentOf(operation: OperationDefinitionNode): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation] };
}
