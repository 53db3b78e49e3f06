import { isPromise } from '@lockstep/runtime/promises.ts';

/**
 * Handles the rejections of promises in a list that is null already: unhandled they would end the process
 * (https://github.com/graphql/graphql-js/pull/3761).
 */
export function ignore(value: unknown): void {
  if (Array.isArray(value)) value.forEach(ignore);
  else if (isPromise(value)) value.then(ignore, () => {});
}
