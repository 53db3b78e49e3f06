import { type GraphQLSchema, getVariableValues, type VariableDefinitionNode } from 'graphql';
import { MAX_VARIABLE_ERRORS } from './variable-errors.ts';

/** Bounds the response: without it a body of 2 MB with a mistake in each value gets an answer of 100 MB. */
const VARIABLE_LIMITS = { maxErrors: MAX_VARIABLE_ERRORS };

type Variables = Readonly<Record<string, unknown>>;

/** Coerces the variables of one operation. */
export type VariableCoercion = (given: Variables) => ReturnType<typeof getVariableValues>;

/**
 * Compiles the coercion of an operation's variables. Values that built-in scalars take as they are need no look at the schema,
 * which takes ten times as long; all others are left to `getVariableValues`.
 *
 * @see https://spec.graphql.org/October2021/#sec-Coercing-Variable-Values
 */
export function compileCoercion(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): VariableCoercion {
  const checks = definitions.map((definition) => compileCheck(schema, definition));
  return (given) => {
    const coerced: Record<string, unknown> = {};
    for (const check of checks) {
      if (!check(given, coerced)) return getVariableValues(schema, definitions, given, VARIABLE_LIMITS);
    }
    return { coerced };
  };
}

/** Takes over a variable that needs no coercion. Returns false if it may need one. */
type Check = (given: Variables, coerced: Record<string, unknown>) => boolean;

/** Tells if a scalar's value is its coerced value. */
const IS_COERCED: Readonly<Record<string, (value: unknown) => boolean>> = {
  Boolean: (value) => typeof value === 'boolean',
  Float: Number.isFinite,
  ID: (value) => typeof value === 'string',
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  String: (value) => typeof value === 'string',
};

function compileCheck(schema: GraphQLSchema, { variable, type, defaultValue }: VariableDefinitionNode): Check {
  const name = variable.name.value;
  const isRequired = type.kind === 'NonNullType';
  const inner = isRequired ? type.type : type;
  const scalar = inner.kind === 'NamedType' ? schema.getType(inner.name.value) : undefined;
  const isCoerced = scalar && IS_COERCED[scalar.name];
  return (given, coerced) => {
    if (!Object.hasOwn(given, name)) return !isRequired && !defaultValue;
    const value = given[name];
    const isPlain = value === null ? !isRequired : isCoerced?.(value);
    if (!isPlain) return false;
    coerced[name] = value;
    return true;
  };
}
