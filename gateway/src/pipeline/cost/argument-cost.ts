import { isRecord } from '@lockstep/runtime/json-record.ts';
import {
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  isInputObjectType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { CostDirectives } from '../../planning/planner.ts';
import { OBJECT_COST } from './cost-directives.ts';
import type { Variables } from './variables.ts';

type Input = Pick<GraphQLArgument | GraphQLInputField, 'type'>;

/** Returns the cost of an argument with this value: its weight and those of the given input fields. Undefined if it is free. */
export function argumentCost(
  node: ValueNode,
  definition: GraphQLArgument,
  coordinate: string,
  { weights }: CostDirectives,
): ((variables: Variables) => number) | undefined {
  const named = getNamedType(definition.type);
  if (!isInputObjectType(named) && !weights.has(coordinate) && !weights.has(named.name)) return undefined;
  const score = (value: unknown) => valueCost(value, definition, coordinate, weights);
  if (hasVariables(node)) return (variables) => score(valueFromASTUntyped(node, variables.all()));
  const cost = score(valueFromASTUntyped(node));
  return () => cost;
}

/** Returns the cost of a value: by default, that of an object for an input object and nothing for all else. */
function valueCost(value: unknown, { type }: Input, coordinate: string, weights: CostDirectives['weights']): number {
  if (value === null || value === undefined) return 0;
  const named = getNamedType(type);
  const weight = weights.get(coordinate) ?? weights.get(named.name);
  if (Array.isArray(value)) {
    const cost = (sum: number, item: unknown) => sum + valueCost(item, { type: named }, coordinate, weights);
    return value.reduce(cost, weight ?? 0);
  }
  if (!isInputObjectType(named) || !isRecord(value)) return weight ?? 0;
  const fields = named.getFields();
  return Object.entries(value).reduce((sum, [name, inner]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return field ? sum + valueCost(inner, field, `${named.name}.${name}`, weights) : sum;
  }, weight ?? OBJECT_COST);
}

function hasVariables(node: ValueNode): boolean {
  let found = false;
  visit(node, {
    [Kind.VARIABLE]: () => {
      found = true;
    },
  });
  return found;
}
