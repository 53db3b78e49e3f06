import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
  isSpecifiedScalarType,
} from 'graphql';
import type { Complete } from './completion.ts';

/**
 * Compiles the completion of leaf values: https://spec.graphql.org/October2021/#CompleteValue(). One comparison lets the
 * values pass that a subgraph should return; others are coerced or rejected.
 */
export function compileLeaf(type: GraphQLLeafType, depth: number, coordinate: string): Complete {
  const isExpected = expected(type);
  return (value, completion) => {
    if (isExpected(value)) {
      if (typeof value === 'string') completion.budget.takeText(value.length);
      else if (typeof value === 'object') completion.budget.takeText(JSON.stringify(value).length);
      return value;
    }
    try {
      const serialized = type.serialize(value);
      if (serialized !== undefined && serialized !== null) return serialized;
    } catch {
      // Reported below, because the message of `serialize` contains the value.
    }
    return completion.fail(depth, `Expected a value of type ${type.name} for ${coordinate}.`);
  };
}

function expected(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  if (!isSpecifiedScalarType(type)) return (value) => value !== undefined && typeof value !== 'symbol';
  switch (type.name) {
    case GraphQLInt.name:
      return (value) => typeof value === 'number' && (value | 0) === value;
    case GraphQLFloat.name:
      return (value) => typeof value === 'number' && Number.isFinite(value);
    case GraphQLBoolean.name:
      return (value) => typeof value === 'boolean';
    case GraphQLString.name:
    case GraphQLID.name:
      return (value) => typeof value === 'string';
    default:
      return () => false;
  }
}
