import {
  type GraphQLSchema,
  isIntrospectionType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  print,
  printType,
} from 'graphql';

/** A schema as data for another thread, in parts that are each built in some milliseconds. */
export interface SchemaParts {
  /** SDL of types and directives. */
  readonly definitions: readonly string[];
  readonly description: string | undefined;
  /** Names of the root types. */
  readonly query: string | undefined;
  readonly mutation: string | undefined;
  readonly subscription: string | undefined;
}

/** Characters of a part: half a millisecond to parse. */
const PART_LENGTH = 8192;

/** Returns the parts of a schema that was built from SDL. */
export function partsOf(schema: GraphQLSchema): SchemaParts {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  return {
    definitions: joined([
      ...directives.flatMap(({ astNode }) => (astNode ? [print(astNode)] : [])),
      ...types.map(printType),
    ]),
    description: schema.description ?? undefined,
    query: schema.getQueryType()?.name,
    mutation: schema.getMutationType()?.name,
    subscription: schema.getSubscriptionType()?.name,
  };
}

function joined(texts: readonly string[]): string[] {
  const parts: string[] = [];
  let part = '';
  for (const text of texts) {
    part += `${text}\n\n`;
    if (part.length < PART_LENGTH) continue;
    parts.push(part);
    part = '';
  }
  return part === '' ? parts : [...parts, part];
}
