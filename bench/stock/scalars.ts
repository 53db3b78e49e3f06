import { GraphQLScalarType, Kind } from 'graphql';

// The shop's scalars, as simple as possible, so that the stock system does not pay for more.

export const Money = new GraphQLScalarType<number, string>({
  name: 'Money',
  serialize: (value) => (Number(value) / 100).toFixed(2),
  parseValue: (value) => Math.round(Number(value) * 100),
  parseLiteral: (node) => ('value' in node && node.kind !== Kind.BOOLEAN ? Math.round(Number(node.value) * 100) : 0),
});

export const DateTime = new GraphQLScalarType<string, string>({ name: 'DateTime' });
