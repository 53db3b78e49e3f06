import type { Random } from '@lockstep/gateway/operations/testing/random.ts';
import {
  type GraphQLArgument,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';

/** Types of the entities that a subgraph resolves by `id`. */
export interface ValueOptions {
  readonly entities: readonly string[];
  /** Levels of input objects around the value. */
  readonly depth?: number;
}

const COUNTS = ['100', '99', '1', '50'];

/** Generates the text of a literal for an argument. */
export function randomValue(
  random: Random,
  { type, name }: Pick<GraphQLArgument, 'type' | 'name'>,
  options: ValueOptions,
): string {
  if (isNonNullType(type)) return randomValue(random, { type: type.ofType, name }, options);
  if (isListType(type)) {
    const length = options.depth === undefined ? random.pick([1, 1, 2, 5, 20, 60]) : random.integer(1, 3);
    return `[${Array.from({ length }, () => randomValue(random, { type: type.ofType, name }, options))}]`;
  }
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const depth = (options.depth ?? 0) + 1;
    const fields = Object.values(type.getFields()).filter(
      (field) => isRequiredInputField(field) || random.chance(0.6 / depth),
    );
    return `{${fields.map((field) => `${field.name}:${randomValue(random, field, { ...options, depth })}`)}}`;
  }
  return randomScalar(random, type, name, options);
}

function randomScalar(random: Random, type: GraphQLInputType, name: string, { entities }: ValueOptions): string {
  const id = random.chance(0.4) ? '1' : String(random.integer(1, 100));
  switch (String(type)) {
    case 'Int':
      return random.chance(0.8) ? random.pick(COUNTS) : String(random.integer(-1, 2 ** 31 - 1));
    case 'Float':
      return '1.5';
    case 'Boolean':
      return String(random.chance(0.5));
    case 'ID':
      return name === 'after' ? String(random.integer(0, 5)) : id;
    case '_Any':
      return entities.length > 0 ? `{__typename:"${random.pick(entities)}",id:"${id}"}` : '{}';
    case 'String':
      return `"${random.pick(['a', 'User', 'Query', '__Type', '\\"'.repeat(20), 'x'.repeat(100), '\\u0001'.repeat(20)])}"`;
    default:
      return `"${random.pick(['1', '10.50'])}"`;
  }
}
