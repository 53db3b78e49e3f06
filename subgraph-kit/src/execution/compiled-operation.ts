import { documentBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { compileCoercion, type VariableCoercion } from '@lockstep/runtime/graphql/variable-coercion.ts';
import {
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
// Not in the package's entry, which exports all else that is used: the one version of graphql is exact.
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';
import type { CacheHints } from './cache-hints.ts';
import { CompiledField } from './compiled-field.ts';
import { Execution } from './execution.ts';
import type { OperationBudget } from './operation-budget.ts';
import { variablesOfConditions } from './operation-traits.ts';
import { type Results, Selection } from './selection.ts';

type Variables = Readonly<Record<string, unknown>>;
type CollectedFields = ReturnType<typeof collectFields>;

/** Maximum number of fields of all variants that are kept in memory, with their fragments spread. */
const MAX_FIELDS = 1000;

const INTROSPECTION = [SchemaMetaFieldDef, TypeMetaFieldDef];
/** Bytes of the parts that every operation has, and of each field of a variant, measured at the worst operations. */
const OPERATION_BYTES = 1000;
const FIELD_BYTES = 1100;

/** Context that an operation runs in. */
interface Context {
  readonly budget: OperationBudget;
  /** `cache-control` of the answer unless it has errors, set when the operation begins; undefined if the schema has no hints. */
  cacheControl?: string | undefined;
}

/** An operation with these values of the variables that `@skip` and `@include` depend on. */
interface Variant {
  readonly selection: Selection;
  readonly cacheControl: string | undefined;
}

/** Operation of a valid document, compiled for a schema. Its results equal those of graphql-js's `execute`. */
export class CompiledOperation {
  /** Bytes of the code and its document. */
  readonly held = new HeldBytes();
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #rootType: GraphQLObjectType;
  readonly #coerce: VariableCoercion;
  readonly #fragments: Record<string, FragmentDefinitionNode>;
  readonly #conditions: readonly string[];
  readonly #hints: CacheHints | undefined;
  /** Variants by the values of those variables. */
  readonly #variants = new Map<string, Variant>();
  #fieldCount = 0;

  private constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    rootType: GraphQLObjectType,
    document: DocumentNode,
    hints: CacheHints | undefined,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    this.#rootType = rootType;
    this.#coerce = compileCoercion(schema, operation.variableDefinitions ?? []);
    this.#hints = hints;
    this.#fragments = fragmentsOf(document);
    this.held.add(OPERATION_BYTES + documentBytes(document));
    const own = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
    this.#conditions = variablesOfConditions(document).filter((name) => own.has(name));
  }

  get kind(): OperationTypeNode {
    return this.#operation.operation;
  }

  get name(): string | undefined {
    return this.#operation.name?.value;
  }

  /** Compiles an operation; undefined if the document has none of that name, or the schema no type for it. */
  static of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName?: string | null,
    hints?: CacheHints,
  ): CompiledOperation | undefined {
    const operation = getOperationAST(document, operationName);
    const rootType = operation && schema.getRootType(operation.operation);
    return rootType ? new CompiledOperation(schema, operation, rootType, document, hints) : undefined;
  }

  /**
   * Runs the operation within the context's budget.
   *
   * @param inputs values of its variables as the client sent them
   */
  execute(context: Context, inputs: Variables): ExecutionResult | Promise<ExecutionResult> {
    if (this.#fieldCount > MAX_FIELDS) {
      this.#variants.clear();
      this.held.add(-FIELD_BYTES * this.#fieldCount);
      this.#fieldCount = 0;
    }
    const { errors, coerced } = this.#coerce(inputs);
    if (errors) return { errors };
    const execution = new Execution(
      this.#schema,
      { operation: this.#operation, fragments: this.#fragments, variableValues: coerced },
      context,
    );
    const fail = (error: unknown): ExecutionResult => {
      const { ended } = execution.budget;
      if (ended) return { errors: [ended], data: null };
      execution.add(error as GraphQLError, undefined);
      return { errors: [...execution.errors], data: null };
    };
    try {
      const { selection, cacheControl } = this.#variantFor(execution.variables);
      if (cacheControl !== undefined) context.cacheControl = cacheControl;
      const results = this.#run(selection, execution);
      return results instanceof Promise
        ? execution.budget.inTime(results.then((data) => respond(data, execution), fail)).catch(fail)
        : respond(results, execution);
    } catch (error) {
      return fail(error);
    }
  }

  #run(selection: Selection, execution: Execution): Results | Promise<Results> {
    return this.#operation.operation === OperationTypeNode.MUTATION
      ? selection.executeSerially(execution)
      : selection.execute(execution, undefined, undefined);
  }

  #variantFor(variables: Variables): Variant {
    const key = this.#conditions.map((name) => variables[name]).join();
    const known = this.#variants.get(key);
    if (known) return known;
    const { selectionSet } = this.#operation;
    const conditions = Object.fromEntries(this.#conditions.map((name) => [name, variables[name]]));
    const fields = collectFields(this.#schema, this.#fragments, conditions, this.#rootType, selectionSet);
    const selection = this.#compile(this.#rootType, fields, conditions);
    const cacheControl = this.#hints?.cacheControlOf(this.#operation, this.#fragments, conditions);
    const variant = { selection, cacheControl };
    this.#variants.set(key, variant);
    this.#note(1); // or variants without fields would be kept without end
    return variant;
  }

  /** @param conditions values of the variables in `@skip` and `@include` */
  #compile(parentType: GraphQLObjectType, collected: CollectedFields, conditions: Variables): Selection {
    const fields: CompiledField[] = [];
    for (const [key, [first, ...others]] of collected) {
      if (!first) continue;
      const definition = this.#definitionOf(first.name.value, parentType);
      if (!definition) continue;
      const place = { parentType, definition, nodes: [first, ...others] } as const;
      const field = new CompiledField(key, place, (type, nodes) =>
        this.#compile(type, collectSubfields(this.#schema, this.#fragments, conditions, type, nodes), conditions),
      );
      fields.push(field);
    }
    this.#note(fields.length);
    return new Selection(fields);
  }

  #note(fields: number): void {
    this.#fieldCount += fields;
    this.held.add(FIELD_BYTES * fields);
  }

  #definitionOf(name: string, parentType: GraphQLObjectType): GraphQLField<unknown, unknown> | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    const isRoot = parentType === this.#schema.getQueryType();
    return (isRoot && INTROSPECTION.find((field) => field.name === name)) || parentType.getFields()[name];
  }
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return fragments;
}

function respond(data: Results, { errors }: Execution): ExecutionResult {
  return errors.length === 0 ? { data } : { errors: [...errors], data }; // a copy: what still runs may add to it
}
