import type { GraphQLResolveInfo } from 'graphql';
import type { Execution, Path } from './execution.ts';

/**
 * Completes a resolved value (section 6.4.3), or returns a promise of it. Promises have been awaited.
 *
 * @param info of the field
 * @param path of the value; in a list, of the item
 * @throws an error without a location
 */
export type Complete = (execution: Execution, value: unknown, info: GraphQLResolveInfo, path: Path) => unknown;
