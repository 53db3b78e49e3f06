import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { FetchRequest } from '../../execution/fetching/fetch-request.ts';
import type { DocumentTypes } from './document-types.ts';
import { collectScalars, type Drop, markOf, NO_DROP } from './drop.ts';

/**
 * Returns what a mutation may have changed, as far as the gateway can know: entities that it returns or that its arguments name,
 * answers that hold objects of the types that it returns, and those of its subgraph that hold any.
 *
 * @param answer undefined if it is lost, and nothing tells which entities it returned
 */
export function dropOfMutation(
  { constants: { subgraph }, variables }: FetchRequest,
  { inner, keyless, literals }: DocumentTypes,
  answer: GraphQLAnswer | undefined,
): Drop {
  const keys = new Set(literals);
  collectScalars(variables, keys);
  collectScalars(answer?.data, keys);
  const isWhole = answer?.data && !answer.errors;
  return {
    ...NO_DROP,
    keys,
    types: new Set([...inner, markOf(subgraph)]),
    wholeTypes: isWhole ? keyless : new Set([...inner, ...keyless]),
  };
}
