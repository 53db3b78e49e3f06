import { UnsentError } from '@lockstep/runtime/http/client/connection-failure.ts';
import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Step } from './call-step.ts';

/** Maximum length of a `cache-control` that is noted. */
const MAX_CACHE_CONTROL = 100;

/** Step of one attempt of a call: notes it in the timelines of the operations that it is made for. */
export const timeCalls: Step<Reply> = (next) => (request, context) => {
  const { timed, resends } = context;
  if (!timed) return next(request, context);
  const end = timed.startCall(request, resends);
  return noted(next(request, context), end);
};

/** Notes the end of a call. */
export async function noted(call: Promise<Reply>, end: (outcome: CallOutcome) => void): Promise<Reply> {
  try {
    const reply = await call;
    const cacheControl = reply.headers['cache-control']?.slice(0, MAX_CACHE_CONTROL);
    end({ status: reply.status, replyBytes: Buffer.byteLength(reply.text), ...(cacheControl && { cacheControl }) });
    return reply;
  } catch (error) {
    end({ failure: nameOf(error) });
    throw error;
  }
}

interface CallOutcome {
  readonly status?: number;
  readonly replyBytes?: number;
  readonly cacheControl?: string;
  readonly failure?: string;
}

/** Returns the code of an error, or else its name: its message may have the address of a subgraph. */
function nameOf(error: unknown): string {
  const reason = error instanceof UnsentError ? error.cause : error;
  if (!(reason instanceof Error)) return 'unknown';
  return 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.name;
}
