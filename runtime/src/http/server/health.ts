import { answerText } from './answers.ts';
import type { Handler } from './server.ts';

/** `/health/live`: the process runs and its event loop turns. */
export const live: Handler = (_request, response) => answerText(response, 200, 'live');

/** `/health/ready`: it can answer requests. `check` rejects where it can't. */
export function ready(check: () => Promise<void>): Handler {
  return async (_request, response) => {
    try {
      await check();
      answerText(response, 200, 'ready');
    } catch {
      answerText(response, 503, 'not ready');
    }
  };
}
