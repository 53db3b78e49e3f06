/**
 * Resolves as the promise does, or rejects once the time is over. A reply that has come while the process was busy is in time,
 * because it is read before the end of the turn in which the timer fires.
 */
export function inTime<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)));
    }, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
