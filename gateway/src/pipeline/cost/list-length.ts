import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { type FieldNode, type GraphQLField, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { ListSize } from '../../planning/planner.ts';
import type { Variables } from './variables.ts';

type SlicingArgument = (variables: Variables) => unknown;

/**
 * Compiles the number of elements of a field's list, or of those of its sized fields: the largest of its slicing arguments,
 * or else the assumed size.
 *
 * @returns a function that returns undefined if the number is unknown, and throws `BAD_USER_INPUT` unless exactly one
 *   slicing argument is given, if one is required
 */
export function listLength(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  coordinate: string,
  size: ListSize,
): (variables: Variables) => number | undefined {
  const slicing = size.slicingArguments.map((name) => slicingArgument(name, node, field));
  const isOneRequired = size.requireOneSlicingArgument && slicing.length > 0;
  return (variables) => {
    const given = slicing.map((argument) => argument(variables)).filter((value) => typeof value === 'number');
    if (isOneRequired && given.length !== 1) throw notOneSlicingArgument(coordinate, size);
    return given.length === 0 ? size.assumedSize : Math.max(0, ...given);
  };
}

function slicingArgument(name: string, node: FieldNode, field: GraphQLField<unknown, unknown>): SlicingArgument {
  const fallback = field.args.find((argument) => argument.name === name)?.defaultValue;
  const given: ValueNode | undefined = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (!given) return () => fallback;
  if (given.kind !== Kind.VARIABLE) {
    const value = valueFromASTUntyped(given);
    return () => value;
  }
  const { value: variable } = given.name;
  return (variables) => {
    const value = variables.get(variable);
    return value === undefined ? fallback : value;
  };
}

function notOneSlicingArgument(coordinate: string, { slicingArguments }: ListSize): ExpectedError {
  const rule = `exactly one of the arguments ${slicingArguments.join(', ')} has to be given`;
  return new ExpectedError('BAD_USER_INPUT', `${coordinate}: ${rule}`, {
    extensions: { arguments: slicingArguments, http: { status: 400 } },
  });
}
