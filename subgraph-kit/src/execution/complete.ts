import type { GraphQLResolveInfo } from 'graphql';
import type { Execution, Path } from './execution.ts';

/**
 * Makes what a resolver gave the response's (section 6.4.3), or a promise of that; one with a `then` has been waited for.
 *
 * @param info of the field
 * @param path of the value: in a list, the item's
 * @throws what is wrong with it, not located
 */
export type Complete = (execution: Execution, value: unknown, info: GraphQLResolveInfo, path: Path) => unknown;
