import {
  type GraphQLInputType,
  GraphQLList,
  type GraphQLNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';

/** An argument or a field of an input. */
interface Input {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue?: unknown;
  readonly deprecationReason?: string | null | undefined;
}

/** Returns the type of an input, with its default. */
export function inputType({ type, defaultValue }: Pick<Input, 'type' | 'defaultValue'>): string {
  return defaultValue === undefined ? String(type) : `${type} = ${valueText(defaultValue, type)}`;
}

/** Returns the arguments of a field in parentheses, or nothing. */
export function argumentList(args: readonly Input[]): string {
  return args.length === 0 ? '' : `(${args.map(inputText).join(', ')})`;
}

/** Returns the directive of what is deprecated, or nothing. */
export function deprecation({ deprecationReason }: Pick<Input, 'deprecationReason'>): string {
  return deprecationReason == null ? '' : ' @deprecated';
}

/** Returns the keyword that declares a type, and the interfaces that it implements. */
export function headOf(type: GraphQLNamedType): string {
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  const names = interfaces.map(({ name }) => name).sort();
  return names.length === 0 ? kindOf(type) : `${kindOf(type)} implements ${names.join(' & ')}`;
}

/** Returns the keyword that declares a type. */
export function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'type';
  if (isInterfaceType(type)) return 'interface';
  if (isInputObjectType(type)) return 'input';
  if (isEnumType(type)) return 'enum';
  return isUnionType(type) ? 'union' : 'scalar';
}

function inputText(input: Input): string {
  return `${input.name}: ${inputType(input)}${deprecation(input)}`;
}

/**
 * Returns a value as SDL has it. graphql's `astFromValue` refuses objects of a custom scalar.
 *
 * @param type undefined inside of a custom scalar
 */
function valueText(value: unknown, type: GraphQLInputType | undefined): string {
  const nullable = type && getNullableType(type);
  if (value === null || typeof value !== 'object') return isEnumType(nullable) ? String(value) : JSON.stringify(value);
  if (Array.isArray(value)) {
    const itemType = nullable instanceof GraphQLList ? nullable.ofType : undefined;
    return `[${value.map((item) => valueText(item, itemType)).join(', ')}]`;
  }
  const fields = isInputObjectType(nullable) ? nullable.getFields() : {};
  return `{${Object.entries(value)
    .map(([key, field]) => `${key}: ${valueText(field, fields[key]?.type)}`)
    .join(', ')}}`;
}
