import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';
import { GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

/** Scalar of a `Date`, written as ISO 8601 in UTC (`2026-11-22T21:30:00.000Z`). Output only. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError(`DateTime holds a Date, not ${typeof value}`);
  },
  parseValue: () => {
    throw new TypeError('DateTime is not an input');
  },
});

/**
 * Scalar of an exact amount of money: a whole number of minor units, written as a string (`"10.50"`).
 *
 * Input passes unchecked, a number as its text: {@link parseAmount} knows the argument's name and throws `BAD_USER_INPUT`.
 * Rejected here, a literal would be a validation error of the subgraph, which says nothing to the gateway's client.
 */
export const Money = new GraphQLScalarType<unknown, string>({
  name: 'Money',
  serialize: (value) => formatMinor(value),
  parseValue: (value) => value,
  parseLiteral: (node, variables) =>
    node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : valueFromASTUntyped(node, variables),
});

/** Maximum number of digits of a JSON number that a double holds exactly. */
const EXACT_DIGITS = 15;

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/**
 * Returns an amount to pay in minor units: positive, exact, with at most two decimals.
 *
 * @param argument name of the argument in the schema, for the error
 * @throws `BAD_USER_INPUT`
 */
export function parseAmount(argument: string, value: unknown): number {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (typeof value === 'number' && text.replace(/\D/g, '').length > EXACT_DIGITS) {
    throw badUserInput(argument, value, 'must be written as a string: a number of so many digits is not exact');
  }
  const [, whole, fraction = ''] = DECIMAL.exec(text.replace(/^-/, '')) ?? [];
  if (whole === undefined) throw badUserInput(argument, value, 'must be an amount such as "10.50", 10.5 or 10');
  if (fraction.length > 2) throw badUserInput(argument, value, 'must have at most two decimals');
  const amountMinor = Number(whole + fraction.padEnd(2, '0'));
  if (text.startsWith('-') || amountMinor === 0) throw badUserInput(argument, value, 'must be more than zero');
  if (!Number.isSafeInteger(amountMinor)) {
    throw badUserInput(argument, value, `must be at most ${formatMinor(Number.MAX_SAFE_INTEGER)}`);
  }
  return amountMinor;
}

function formatMinor(value: unknown): string {
  if (!Number.isSafeInteger(value)) throw new TypeError('Money holds a whole number of minor units');
  const digits = String(value).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
