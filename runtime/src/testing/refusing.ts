import { answerRefusal } from '../http/server/answers.ts';
import type { Handler } from '../http/server/server.ts';
import { RefusedRequestError } from '../refused-request-error.ts';

/** Returns a handler that answers the requests which the given one refuses by throwing. */
export function refusing(handler: Handler): Handler {
  return async (request, response) => {
    try {
      await handler(request, response);
    } catch (error) {
      if (!(error instanceof RefusedRequestError)) throw error;
      answerRefusal(response, error);
    }
  };
}
