import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CallContext } from './call-context.ts';

/** Makes a call, from one of its steps on. */
export type Call<Result> = (request: FetchRequest, context: CallContext) => Promise<Result>;

/** Returns a call that does something of its own and leaves the rest to the next step. It runs once, not for each call. */
export type Step<Result> = (next: Call<Result>) => Call<Result>;

/** Returns the call that takes the steps in their order; one that is undefined or false is left out. */
export function inOrder<Result>(
  steps: readonly (Step<Result> | undefined | false)[],
  last: Call<Result>,
): Call<Result> {
  return steps.reduceRight<Call<Result>>((next, step) => (step ? step(next) : next), last);
}
