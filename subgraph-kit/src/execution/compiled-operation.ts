import { documentBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { MAX_VARIABLE_ERRORS } from '@lockstep/runtime/graphql/variable-errors.ts';
import {
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeNameMetaFieldDef,
} from 'graphql';
// Not in the package's entry, which exports all else that is used: the one version of graphql is exact.
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import { CompiledField } from './compiled-field.ts';
import { Execution } from './execution.ts';
import { hasIntrospection, variablesOfConditions } from './operation-traits.ts';
import { type Results, Selection } from './selection.ts';

type Variables = Readonly<Record<string, unknown>>;
type CollectedFields = ReturnType<typeof collectFields>;

/** Maximum number of variables in `@skip` and `@include`; each doubles the number of variants. */
const MAX_CONDITIONS = 4;

/** Maximum number of fields of all variants, which are kept in memory with their fragments spread. */
const MAX_FIELDS = 1000;

/** Bytes of the parts that every operation has, and of each field of a variant, measured at the worst operations. */
const OPERATION_BYTES = 1000;
const FIELD_BYTES = 1100;

/** Operation of a valid document, compiled for a schema. Its results equal those of graphql-js's `execute`. */
export class CompiledOperation {
  /** Bytes of the code and its document. */
  readonly held = new HeldBytes();
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #rootType: GraphQLObjectType;
  readonly #fragments: Record<string, FragmentDefinitionNode>;
  readonly #conditions: readonly string[];
  /** Selections by the values of the variables that `@skip` and `@include` depend on. */
  readonly #variants = new Map<string, Selection>();
  #fieldCount = 0;

  private constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    rootType: GraphQLObjectType,
    document: DocumentNode,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    this.#rootType = rootType;
    this.#fragments = fragmentsOf(document);
    this.held.add(OPERATION_BYTES + documentBytes(document));
    const own = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
    this.#conditions = variablesOfConditions(document).filter((name) => own.has(name));
  }

  /** Compiles an operation; undefined leaves it to graphql-js: an unknown name, a subscription, introspection, many conditions. */
  static of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName?: string | null,
  ): CompiledOperation | undefined {
    const operation = getOperationAST(document, operationName);
    if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION || hasIntrospection(document))
      return undefined;
    const rootType = schema.getRootType(operation.operation);
    if (!rootType) return undefined;
    const compiled = new CompiledOperation(schema, operation, rootType, document);
    return compiled.#conditions.length > MAX_CONDITIONS ? undefined : compiled;
  }

  /**
   * Runs the operation, or returns undefined before anything ran to leave it to graphql-js: it is too large, or a condition is
   * null.
   *
   * @param inputs values of its variables as the client sent them
   */
  execute(context: unknown, inputs: Variables): ExecutionResult | Promise<ExecutionResult> | undefined {
    if (this.#fieldCount > MAX_FIELDS) {
      this.#variants.clear();
      this.held.add(-FIELD_BYTES * this.#fieldCount);
      return undefined;
    }
    const options = { maxErrors: MAX_VARIABLE_ERRORS };
    const { errors, coerced } = getVariableValues(
      this.#schema,
      this.#operation.variableDefinitions ?? [],
      inputs,
      options,
    );
    if (errors) return { errors };
    if (this.#conditions.some((name) => typeof coerced[name] !== 'boolean')) return undefined;
    const execution = new Execution(
      this.#schema,
      { operation: this.#operation, fragments: this.#fragments, variableValues: coerced },
      context,
    );
    const fail = (error: unknown): ExecutionResult => {
      execution.add(error as GraphQLError, undefined);
      return { errors: execution.errors, data: null };
    };
    try {
      const results = this.#run(execution);
      return results instanceof Promise
        ? results.then((data) => respond(data, execution), fail)
        : respond(results, execution);
    } catch (error) {
      return fail(error);
    }
  }

  #run(execution: Execution): Results | Promise<Results> {
    const selection = this.#selectionFor(execution.variables);
    return this.#operation.operation === OperationTypeNode.MUTATION
      ? selection.executeSerially(execution)
      : selection.execute(execution, undefined, undefined);
  }

  #selectionFor(variables: Variables): Selection {
    const key = this.#conditions.map((name) => variables[name]).join();
    const known = this.#variants.get(key);
    if (known) return known;
    const { selectionSet } = this.#operation;
    const conditions = Object.fromEntries(this.#conditions.map((name) => [name, variables[name]]));
    const fields = collectFields(this.#schema, this.#fragments, conditions, this.#rootType, selectionSet);
    const selection = this.#compile(this.#rootType, fields, conditions);
    this.#variants.set(key, selection);
    return selection;
  }

  /** @param conditions values of the variables in `@skip` and `@include` */
  #compile(parentType: GraphQLObjectType, collected: CollectedFields, conditions: Variables): Selection {
    const fields: CompiledField[] = [];
    for (const [key, [first, ...others]] of collected) {
      if (!first) continue;
      const name = first.name.value;
      const definition = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parentType.getFields()[name];
      if (!definition) continue;
      const place = { parentType, definition, nodes: [first, ...others] } as const;
      const field = new CompiledField(key, place, (type, nodes) =>
        this.#compile(type, collectSubfields(this.#schema, this.#fragments, conditions, type, nodes), conditions),
      );
      fields.push(field);
      this.#fieldCount++;
    }
    this.held.add(FIELD_BYTES * fields.length);
    return new Selection(fields);
  }
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return fragments;
}

function respond(data: Results, { errors }: Execution): ExecutionResult {
  return errors.length === 0 ? { data } : { errors, data };
}
