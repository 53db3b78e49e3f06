import { badUserInput } from '@lockstep/runtime/graphql/errors.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { type GraphQLSchema, isInterfaceType, isUnionType } from 'graphql';
import type { OperationContext } from './execution/subgraph-executor.ts';

/**
 * Makes the schema reject representations of unknown entities, which @apollo/subgraph reports as an internal error (2.15.1),
 * and more of them than the operation may make objects.
 */
export function checkRepresentations(schema: GraphQLSchema): void {
  const entities = schema.getQueryType()?.getFields()._entities;
  if (!entities?.resolve) return;
  const { resolve } = entities;
  entities.resolve = (source, args, context: OperationContext, info) => {
    context.budget.spend(args.representations.length);
    for (const representation of args.representations) check(representation, schema);
    return resolve(source, args, context, info);
  };
}

/** @throws `BAD_USER_INPUT` */
function check(representation: unknown, schema: GraphQLSchema): void {
  const name = isRecord(representation) ? representation.__typename : undefined;
  if (typeof name === 'string' && isEntity(name, schema)) return;
  throw badUserInput('representations', representation, 'must have the name of an entity in __typename');
}

function isEntity(name: string, schema: GraphQLSchema): boolean {
  const all = schema.getType('_Entity');
  const type = schema.getType(name);
  return isInterfaceType(type) || (isUnionType(all) && all.getTypes().some((entity) => entity === type));
}
