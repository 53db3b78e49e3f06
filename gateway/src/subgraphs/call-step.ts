import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { SpanReference } from '@lockstep/runtime/telemetry/call-trace.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { CallContext } from './call-context.ts';

/** Makes a call, from one of its steps on. */
export type Call<Result> = (request: FetchRequest, context: CallContext) => Promise<Result>;

/** Returns a call that does something of its own and leaves the rest to the next step. It runs once, not for each call. */
export type Step<Result> = (next: Call<Result>) => Call<Result>;

/** Reply of a subgraph, with the span of the call that it came with if that is traced. */
export interface SubgraphReply extends Reply {
  span?: SpanReference;
}

/** Returns the call that takes the steps in their order; one that is undefined or false is left out. */
export function inOrder<Result>(
  steps: readonly (Step<Result> | undefined | false)[],
  last: Call<Result>,
): Call<Result> {
  return steps.reduceRight<Call<Result>>((next, step) => (step ? step(next) : next), last);
}
