import { CriticalityLevel, diff } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import { type Affected, affectedBy } from './affected.ts';

/** A client's operation that a change affects. */
export interface User {
  /** Name of the client, or the manifest that lists the operation. */
  readonly client: string;
  /** Name or id of the operation; undefined if it is anonymous. */
  readonly operation: string | undefined;
  /** Number of uses and days of the first and last one; undefined for an operation of a manifest. */
  readonly count?: number;
  readonly first?: string;
  readonly last?: string;
}

/** A change of a schema, and who would notice it. */
export interface Verdict {
  readonly message: string;
  /** Place of the change, such as `Product.price`. */
  readonly path: string | undefined;
  /**
   * `breaking` changes break an operation in use, or may if uses aren't recorded; `unused` ones would break operations, but none
   * that was used; `dangerous` ones may surprise clients; the others are `safe`.
   */
  readonly effect: 'breaking' | 'unused' | 'dangerous' | 'safe';
  readonly users: readonly User[];
}

/**
 * Compares two schemas as clients see them.
 *
 * @param usersOf returns the operations that use any of the coordinates; undefined if uses aren't known
 */
export async function judge(
  before: GraphQLSchema,
  after: GraphQLSchema,
  usersOf: ((affected: Affected) => readonly User[]) | undefined,
): Promise<Verdict[]> {
  const changes = await diff(before, after);
  return changes.map(({ message, path, criticality: { level } }) => {
    if (level === CriticalityLevel.NonBreaking) return { message, path, effect: 'safe', users: [] };
    if (level === CriticalityLevel.Dangerous) return { message, path, effect: 'dangerous', users: [] };
    const users = usersOf?.(affectedBy(path, before)) ?? [];
    return { message, path, effect: usersOf && users.length === 0 ? 'unused' : 'breaking', users };
  });
}
