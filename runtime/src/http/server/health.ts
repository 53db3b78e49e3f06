import { answerText } from './answers.ts';
import type { Handler } from './server.ts';

/** Path of the readiness probe of subgraphs. */
export const READY_PATH = '/health/ready';

/** Answers `/health/live`: the process runs and its event loop turns. */
export const live: Handler = (_request, response) => answerText(response, 200, 'live');

/** Finds out why the process can't answer requests, in words that any stranger may read; undefined if it can. */
export type ReadinessCheck = () => Promise<string | undefined>;

/** Returns the handler of `/health/ready`: 200, or 503 with the reason. */
export function ready(check: ReadinessCheck): Handler {
  return async (_request, response) => {
    const reason = await check();
    if (reason === undefined) answerText(response, 200, 'ready');
    else answerText(response, 503, `not ready: ${reason}`);
  };
}
