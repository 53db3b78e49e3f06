import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import type { CostDirectives } from '../../planning/planner.ts';
import { argumentCost } from './argument-cost.ts';
import { anyOf } from './conditions.ts';
import { OBJECT_COST } from './cost-directives.ts';
import { FieldsByParent, type Selected, type SelectedField } from './fields-by-parent.ts';
import { listLength } from './list-length.ts';
import { defaultsOf, Variables } from './variables.ts';

const INTROSPECTION: ReadonlyMap<string, GraphQLField<unknown, unknown>> = new Map(
  [SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field]),
);

/** Basis of the estimates of a graph's operations. */
export interface CostModel {
  readonly schema: GraphQLSchema;
  readonly directives: CostDirectives;
  /** Assumed number of elements of a list without `@listSize`. */
  readonly listSize: number;
}

/** Estimated cost of an operation. */
export interface Estimate {
  /** Cost if it is the same for all variables; otherwise undefined. */
  readonly constant: number | undefined;
  /** Returns the cost with these variables. @throws {GraphQLError} if a required slicing argument is missing */
  of(variables: Readonly<Record<string, unknown>>): number;
  /** Bytes that the estimate holds. */
  readonly bytes: number;
}

/** Returns the cost of a selection; `sized` is the number of elements of lists that the field above sizes. */
type Cost = (variables: Variables, sized: number | undefined) => number;

const MUTATION_COST = 10;

/** Bytes of the code for one field that costs something. */
const FIELD_BYTES = 1000;

/**
 * Compiles the estimate of an operation, by the IBM cost specification (https://ibm.github.io/graphql-specs/cost-spec.html)
 * as Apollo Router reads it: an object costs 1 and a leaf nothing, or what `@cost` says; a list costs so many times what its
 * element does, and a mutation 10 more.
 *
 * @param document validated against the model's schema, with fragments that have been checked for their size
 */
export function compileEstimate(
  model: CostModel,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Estimate {
  const root = model.schema.getRootType(operation.operation);
  if (!root) return constantEstimate(0);
  const base = operation.operation === 'mutation' ? MUTATION_COST : 0;
  const selection = { node: operation.selectionSet, condition: undefined };
  const compiler = new EstimateCompiler(model, document);
  const selected = compiler.selections([selection], root, []);
  const defaults = defaultsOf(operation);
  const of = (variables: Variables) => base + Math.ceil(selected(variables, undefined));
  return (
    constantOf(of) ?? {
      constant: undefined,
      of: (variables) => of(new Variables(variables, defaults)),
      bytes: FIELD_BYTES * compiler.fields,
    }
  );
}

/** Returns the cost as a constant if no variable is read for it. */
function constantOf(cost: (variables: Variables) => number): Estimate | undefined {
  const variables = new Variables({}, new Map());
  try {
    const constant = cost(variables);
    return variables.isRead ? undefined : constantEstimate(constant);
  } catch (error) {
    if (error instanceof ExpectedError) return undefined;
    throw error;
  }
}

function constantEstimate(constant: number): Estimate {
  return { constant, of: () => constant, bytes: 100 };
}

class EstimateCompiler {
  /** Number of fields that cost something. */
  fields = 0;
  readonly #model: CostModel;
  readonly #fields: FieldsByParent;

  constructor(model: CostModel, document: DocumentNode) {
    this.#model = model;
    this.#fields = new FieldsByParent(model.schema, document);
  }

  /** @param sizedFields the fields here whose lists the field above sizes */
  selections(
    sets: readonly Selected<SelectionSetNode>[],
    parent: GraphQLCompositeType,
    sizedFields: readonly string[],
  ): Cost {
    const costs = this.#fields.of(sets, parent).flatMap((field) => this.#field(field, sizedFields) ?? []);
    return (variables, sized) => {
      let sum = 0;
      for (const cost of costs) sum += cost(variables, sized);
      return sum;
    };
  }

  /** @returns undefined for what costs nothing */
  #field({ parent, occurrences }: SelectedField, sizedFields: readonly string[]): Cost | undefined {
    const node = occurrences[0]?.node;
    const field = node && this.#definitionOf(node, parent);
    if (!node || !field) return undefined;
    const own = this.#ownCost(node, field, parent, occurrences, sizedFields.includes(field.name));
    if (!own) return undefined;
    this.fields += 1;
    const condition = anyOf(occurrences.map((occurrence) => occurrence.condition));
    return condition ? (variables, sized) => (condition(variables) ? own(variables, sized) : 0) : own;
  }

  #definitionOf({ name }: FieldNode, parent: GraphQLCompositeType): GraphQLField<unknown, unknown> | undefined {
    const meta = parent === this.#model.schema.getQueryType() ? INTROSPECTION.get(name.value) : undefined;
    return meta ?? (isObjectOrInterface(parent) ? parent.getFields()[name.value] : undefined);
  }

  #ownCost(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    { name: parent }: GraphQLCompositeType,
    occurrences: readonly Selected<FieldNode>[],
    isSized: boolean,
  ): Cost | undefined {
    const { directives, listSize } = this.#model;
    const coordinate = `${parent}.${field.name}`;
    const type = getNamedType(field.type);
    const size = directives.listSizes.get(coordinate);
    const length = size ? listLength(node, field, coordinate, size) : () => undefined;
    const weight = directives.weights.get(coordinate) ?? directives.weights.get(type.name);
    const element = weight ?? (isCompositeType(type) ? OBJECT_COST : 0);
    const given = this.#arguments(node, field, coordinate);
    if (element === 0 && !given && !size && !isCompositeType(type)) return undefined;
    const inner = this.#inner(type, occurrences, size?.sizedFields ?? []);
    const isList = isListType(getNullableType(field.type));
    return (variables, sized) => {
      const expected = length(variables);
      const count = isList ? ((isSized ? sized : undefined) ?? expected ?? listSize) : 1;
      return count * (element + inner(variables, expected)) + (given?.(variables) ?? 0);
    };
  }

  #inner(type: GraphQLNamedType, occurrences: readonly Selected<FieldNode>[], sizedFields: readonly string[]): Cost {
    if (!isCompositeType(type)) return () => 0;
    const sets = occurrences.flatMap(({ node: { selectionSet }, condition }) =>
      selectionSet ? [{ node: selectionSet, condition }] : [],
    );
    return this.selections(sets, type, sizedFields);
  }

  #arguments(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    coordinate: string,
  ): ((variables: Variables) => number) | undefined {
    const costs = (node.arguments ?? []).flatMap(({ name, value }) => {
      const definition = field.args.find((argument) => argument.name === name.value);
      const at = `${coordinate}(${name.value}:)`;
      return (definition && argumentCost(value, definition, at, this.#model.directives)) ?? [];
    });
    if (costs.length === 0) return undefined;
    return (variables) => costs.reduce((sum, cost) => sum + cost(variables), 0);
  }
}

function isObjectOrInterface(type: GraphQLCompositeType): type is GraphQLObjectType | GraphQLInterfaceType {
  return isObjectType(type) || isInterfaceType(type);
}
