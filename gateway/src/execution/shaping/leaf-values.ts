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

/** Leaves: GraphQL, section 6.4.3. Values as subgraphs should give them pass by one comparison. */
export function compileLeaf(type: GraphQLLeafType, depth: number, coordinate: string): Complete {
  const isExpected = expected(type);
  return (value, completion) => {
    if (isExpected(value)) return value;
    try {
      const serialized = type.serialize(value);
      if (serialized !== undefined && serialized !== null) return serialized;
    } catch {
      // What it can't serialize is reported below, in words that don't give the value away.
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
