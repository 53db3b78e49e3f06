/** Whether a value has to be waited for: as `await` tells it, and graphql-js, whatever has a `then`. */
export function isPromise<Value>(value: Value): value is Value & Promise<Awaited<Value>> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
