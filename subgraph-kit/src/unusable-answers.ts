import { type ExpectedError, subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';

const MAX_LOGGED_LENGTH = 1000;

/** Answers of another subgraph that can't be used, such as a refusal of the secret. The client sees nothing of them. */
export class UnusableAnswers {
  readonly #subgraph: string;
  readonly #logger: Logger;
  #logged = '';

  constructor(subgraph: string, logger: Logger) {
    this.#subgraph = subgraph;
    this.#logger = logger;
  }

  /** Returns the error for the client, and logs the answer unless it is the same as the last one. */
  toError({ data, errors }: { readonly data?: unknown; readonly errors?: unknown }): ExpectedError {
    const answer = JSON.stringify({ errors, data }).slice(0, MAX_LOGGED_LENGTH);
    if (answer !== this.#logged) {
      this.#logged = answer;
      this.#logger.warn({ subgraph: this.#subgraph }, `the answer of the subgraph can not be used: ${answer}`);
    }
    return subgraphUnavailable(this.#subgraph);
  }
}
