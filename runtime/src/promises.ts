/** Returns true for a value that has a `then`, as `await` and graphql-js do. */
export function isPromise<Value>(value: Value): value is Value & Promise<Awaited<Value>> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
