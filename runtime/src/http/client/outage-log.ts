import { randomUUID } from 'node:crypto';
import type { Logger } from '../../logging.ts';
import { withoutQuery } from '../../url-credentials.ts';

/** Logs the start and the end of each outage of a subgraph: at full load every call would log the same. */
export class OutageLog {
  readonly #subgraph: string;
  readonly #url: string;
  readonly #logger: Logger;
  /** Id of the current outage, for its errors and the log; undefined while the subgraph answers. */
  #outage: string | undefined;

  constructor({ name, url, logger }: { readonly name: string; readonly url: string; readonly logger: Logger }) {
    this.#subgraph = name;
    this.#url = withoutQuery(url);
    this.#logger = logger;
  }

  noteUp(): void {
    if (this.#outage === undefined) return;
    this.#logger.info({ id: this.#outage, subgraph: this.#subgraph }, 'the subgraph answers again');
    this.#outage = undefined;
  }

  /** Returns the id of the outage, which the log has with the reason of its first failure. */
  noteDown(error: unknown): string {
    if (this.#outage !== undefined) return this.#outage;
    const id = randomUUID();
    this.#outage = id;
    const reason = error instanceof Error ? error.message : String(error);
    this.#logger.warn({ id, subgraph: this.#subgraph, url: this.#url }, `a call to the subgraph failed: ${reason}`);
    return id;
  }
}
