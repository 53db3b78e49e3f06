import { dataBytes, documentBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { compileCoercion, type VariableCoercion } from '@lockstep/runtime/graphql/variable-coercion.ts';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import {
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { AnswerBudget, AnswerTooLargeError } from '../execution/answer-budget.ts';
import type { Step } from '../execution/fetching/fetch.ts';
import { compilePlan } from '../execution/fetching/plan.ts';
import { PlanExecution } from '../execution/fetching/plan-execution.ts';
import { TypeRelations } from '../execution/fetching/type-relations.ts';
import { WantedKeys } from '../execution/fetching/wanted-keys.ts';
import { FieldErrors } from '../execution/field-errors.ts';
import { ResponseTree } from '../execution/response-tree.ts';
import { Completion } from '../execution/shaping/completion.ts';
import { isIncluded } from '../execution/shaping/field-collection.ts';
import { compileRequiredFields, compileShape } from '../execution/shaping/shape.ts';
import { conditionNames, fragmentsOf, operationOf } from '../planning/plan/operation-document.ts';
import { ResponseKeys } from '../planning/plan/response-keys.ts';
import { denialErrors } from './authorization/denial-errors.ts';
import { clientLeft } from './in-time.ts';
import type { ExecutionRequest, OperationResult } from './operation-result.ts';
import type { OperationSource, SourceRestriction } from './operation-source.ts';

/** Maximum number of code variants kept of an operation, one for each combination of its `@skip`s and `@include`s. */
const MAX_CODES = 64;

/** Bytes of the parts that every operation has. */
const OPERATION_BYTES = 5500;

/** Executable code of one operation. */
export class CompiledOperation {
  /** Bytes of the code, its document and its plan. */
  readonly held = new HeldBytes();
  readonly #source: OperationSource;
  readonly #operation: OperationDefinitionNode;
  readonly #rootType: GraphQLObjectType;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #coerce: VariableCoercion;
  readonly #types: TypeRelations;
  readonly #wanted: WantedKeys;
  readonly #conditionNames: readonly string[];
  readonly #responseKeys: ResponseKeys;
  readonly #response: ResponseTree;
  readonly #codes = new Map<string, ConditionalCode>();
  /** Fetches the data, unless conditions decide what is wanted. */
  readonly #fetch: Step;
  readonly #bytesWithoutCodes: number;

  constructor(source: OperationSource, operation: OperationDefinitionNode, rootType: GraphQLObjectType) {
    const { queryPlan, names, document, restriction } = source;
    this.#source = source;
    this.#operation = operation;
    this.#rootType = rootType;
    this.#fragments = fragmentsOf(document);
    this.#coerce = compileCoercion(source.apiSchema, operation.variableDefinitions ?? []);
    this.#conditionNames = conditionNames(document);
    this.#responseKeys = new ResponseKeys(names);
    this.#response = new ResponseTree(restriction?.visible ?? operation, this.#fragments, this.#responseKeys);
    this.#types = new TypeRelations(source.supergraphSchema);
    this.#wanted = new WantedKeys({
      plan: queryPlan,
      selected: this.#response.root,
      rootTypeName: rootType.name,
      hasConditions: this.#conditionNames.length > 0,
      types: this.#types,
      held: this.held,
    });
    this.held.add(OPERATION_BYTES + documentBytes(document) + dataBytes([queryPlan, names, restriction]));
    this.#fetch = this.#compilePlan({});
    this.#bytesWithoutCodes = this.held.bytes;
  }

  get isMutation(): boolean {
    return this.#operation.operation === 'mutation';
  }

  get queryPlan(): OperationSource['queryPlan'] {
    return this.#source.queryPlan;
  }

  /** Executes the operation. Failures of subgraphs are among the errors; it rejects only for a fault of its own. */
  async execute(request: ExecutionRequest): Promise<OperationResult> {
    const { variables: given } = request;
    const { coerced, errors: refused } = this.#coerce(given ?? {});
    if (refused) return { errors: refused };
    const { fetch, shape, requiredFields, denied } = this.#codeFor(coerced);
    if (denied && this.#source.restriction?.isWhole) return { denied };
    const budget = new AnswerBudget(request.limits, request.bytes);
    const completion = (errors: FieldErrors) => new Completion(errors, given ?? {}, budget);
    const errors = new FieldErrors(this.#response, budget);
    const nullsRoot = (key: string, data: JsonRecord) =>
      requiredFields().get(key)?.(data, completion(new FieldErrors(this.#response, budget))) === null;
    const execution = new PlanExecution(coerced, { errors, budget }, request, nullsRoot);
    try {
      await fetch(execution);
      if (execution.isAbandoned) return { errors: [clientLeft()], data: null };
      const data = shape(execution.data, completion(errors));
      const result = errors.list.length === 0 ? { data } : { data, errors: errors.list };
      return denied ? { ...result, denied } : result;
    } catch (error) {
      if (error instanceof AnswerTooLargeError) return { errors: [error], data: null };
      throw error;
    }
  }

  #codeFor(variables: Readonly<Record<string, unknown>>): ConditionalCode {
    let key = '';
    for (const name of this.#conditionNames) key += variables[name] === true ? '1' : '0';
    const known = this.#codes.get(key);
    if (known) return known;
    if (this.#codes.size >= MAX_CODES) {
      this.#codes.clear();
      this.held.add(this.#bytesWithoutCodes - this.held.bytes);
    }
    const code = this.#compile(variables);
    this.#codes.set(key, code);
    return code;
  }

  #compile(variables: Readonly<Record<string, unknown>>): ConditionalCode {
    const { restriction } = this.#source;
    const conditions = Object.fromEntries(this.#conditionNames.map((name) => [name, variables[name]]));
    const shaping = {
      schema: this.#source.apiSchema,
      operation: this.#operation,
      fragments: this.#fragments,
      conditions,
      responseKeys: this.#responseKeys,
      denied: restriction?.denied,
      held: this.held,
    };
    let requiredFields: ReturnType<typeof compileRequiredFields> | undefined;
    return {
      fetch: this.#wanted.isUniform || this.#conditionNames.length === 0 ? this.#fetch : this.#compilePlan(conditions),
      shape: compileShape(shaping, this.#rootType),
      requiredFields: () => (requiredFields ??= compileRequiredFields(shaping, this.#rootType)),
      denied: restriction && deniedUnder(conditions, restriction),
    };
  }

  #compilePlan(conditions: Readonly<Record<string, unknown>>): Step {
    const { queryPlan, mergesFetches } = this.#source;
    const includes = (selection: SelectionNode) => isIncluded(selection, conditions);
    return compilePlan(queryPlan, {
      mergesFetches,
      types: this.#types,
      held: this.held,
      clientVariable: (name) => this.#responseKeys.clientVariable(name),
      unwantedOf: (fetch, path) => this.#wanted.unwantedOf(fetch, path, includes),
    });
  }
}

/**
 * Compiles a planned operation.
 *
 * @throws {UnsupportedPlanError} if the plan has a part that can't be compiled
 */
export function compileOperation(source: OperationSource): CompiledOperation {
  const operation = operationOf(source.document, source.operationName);
  const rootType = source.apiSchema.getRootType(operation.operation);
  if (!rootType) throw new GraphQLError(`The schema has no ${operation.operation} type.`, { nodes: operation });
  return new CompiledOperation(source, operation, rootType);
}

/** Code of an operation under one combination of its conditions, and the denials that apply then. */
interface ConditionalCode {
  readonly fetch: Step;
  readonly shape: ReturnType<typeof compileShape>;
  readonly requiredFields: () => ReturnType<typeof compileRequiredFields>;
  readonly denied: readonly GraphQLError[] | undefined;
}

function deniedUnder(
  conditions: Readonly<Record<string, unknown>>,
  { denials, isAuthenticated }: SourceRestriction,
): readonly GraphQLError[] | undefined {
  const applying = denials.filter(({ guards }) => guards.every((selection) => isIncluded(selection, conditions)));
  return applying.length === 0 ? undefined : denialErrors(applying, isAuthenticated);
}
