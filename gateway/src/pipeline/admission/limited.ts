import { answerRefusal } from '@lockstep/runtime/http/server/answers.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import type { TrafficLimits } from './traffic-limits.ts';

/** Returns a handler whose requests count against the limits of their client and of the process. */
export function limited(limits: TrafficLimits, handler: Handler): Handler {
  return async (request, response) => {
    try {
      await limits.admit(request);
      await handler(request, response);
    } catch (error) {
      if (!(error instanceof RefusedRequestError)) throw error;
      answerRefusal(response, error);
    } finally {
      limits.leave(request, response);
    }
  };
}
