import type { OperationContext } from '@lockstep/subgraph-kit/execution/subgraph-executor.ts';
import type { SubgraphOptions } from '@lockstep/subgraph-kit/subgraph.ts';
import {
  buildASTSchema,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';

/** An object of the wide graph. Everything about it follows from its id, so that it needs no data. */
interface Thing {
  readonly __typename?: string;
  readonly id?: string;
  readonly code?: string;
  readonly depth?: number;
}

interface Arguments {
  readonly first?: number;
  readonly length?: number;
}

type Resolver = (parent: Thing, args: Arguments) => unknown;

const MAX_PAGE = 100;
/** Levels of values in each other. */
const MAX_DEPTH = 8;

/** Returns resolvers for all fields of a schema: pages are as long as asked for, up to a hundred. */
export function wideResolvers(typeDefs: string): SubgraphOptions<OperationContext>['resolvers'] {
  const schema = buildASTSchema(parse(typeDefs), { assumeValid: true, assumeValidSDL: true });
  const resolvers: Record<string, Record<string, Resolver>> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const isEntity = type.astNode?.directives?.some(({ name }) => name.value === 'key');
    const __typename = isAbstractType(type) ? schema.getPossibleTypes(type)[0]?.name : type.name;
    resolvers[type.name] = {
      ...(isAbstractType(type) && { __resolveType: ({ __typename }) => __typename }),
      ...(isEntity && {
        __resolveReference: (key) => ({ ...key, __typename, id: key.id ?? String(key.code).slice(1) }),
      }),
      ...(isObjectType(type) &&
        Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, resolverOf(schema, field)]))),
    };
    if (Object.keys(resolvers[type.name] ?? {}).length === 0) delete resolvers[type.name];
  }
  return resolvers;
}

function resolverOf(schema: GraphQLSchema, { name, type }: GraphQLField<unknown, unknown>): Resolver {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return (parent, { length = 20 }) => scalar(name, named.name, parent?.id ?? '1', length);
  const possible = isObjectType(named) ? [named] : schema.getPossibleTypes(named);
  const isList = isListType(getNullableType(type));
  return (parent, { first = 50 }) => {
    const depth = (parent?.depth ?? 0) + 1;
    if (named.name === 'Value' && depth > MAX_DEPTH) return isList ? [] : null;
    const make = (index: number) => ({
      __typename: possible[index % possible.length]?.name ?? named.name,
      id: String(index),
      depth,
    });
    if (isList) return Array.from({ length: Math.min(first, MAX_PAGE) }, (_, index) => make(index));
    return make(Number(parent?.id ?? 1));
  };
}

function scalar(field: string, type: string, id: string, length: number): unknown {
  if (field === 'fails') throw new Error('no value');
  if (type === 'Int') return Number(id);
  if (field === 'id') return id;
  return field === 'code' ? `c${id}` : 'x'.repeat(Math.min(length, 100));
}
