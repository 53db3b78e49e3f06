import type { FetchDataKeyRenamer } from '@apollo/query-planner';

/**
 * Returns the keys that lead to the value of a context argument, without list items.
 *
 * @param path keys that lead to the objects whose field has the argument
 */
export function contextSource({ path: way }: FetchDataKeyRenamer, path: readonly string[]): string[] {
  const levels = way.filter((element) => element === '..').length;
  const keys = keysIn(way).filter((element) => element !== '..' && !element.startsWith('... on '));
  return [...path.slice(0, path.length - levels), ...keys];
}

/** Returns the elements of a plan's path without list items. */
export function keysIn(path: readonly (string | number)[]): string[] {
  return path.map(String).filter((element) => element !== '@');
}
