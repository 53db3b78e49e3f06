import { randomUUID } from 'node:crypto';
import type { ExpectedError } from '../../graphql/errors.ts';
import type { Logger } from '../../logging.ts';
import { withoutQuery } from '../../url-credentials.ts';

/** Options of an {@link OutageLog}. */
export interface OutageLogOptions {
  readonly name: string;
  readonly url: string;
  readonly logger: Logger;
  /** Set if each call that fails is logged, as each request is in the access log. */
  readonly logsFailures?: boolean | undefined;
}

/**
 * Logs the start and the end of each outage of a subgraph: at full load every call would log the same. If it is to log each
 * call that fails, it logs each once.
 */
export class OutageLog {
  readonly #subgraph: string;
  readonly #url: string;
  readonly #logger: Logger;
  readonly #logsFailures: boolean;
  /** Id of the current outage, for its errors and the log; undefined while the subgraph answers. */
  #outage: string | undefined;

  constructor({ name, url, logger, logsFailures = false }: OutageLogOptions) {
    this.#subgraph = name;
    this.#url = withoutQuery(url);
    this.#logger = logger;
    this.#logsFailures = logsFailures;
  }

  noteUp(): void {
    if (this.#outage === undefined) return;
    this.#logger.info({ id: this.#outage, subgraph: this.#subgraph }, 'the subgraph answers again');
    this.#outage = undefined;
  }

  /** Returns the id of the outage, which the log has with the reason of its first failure. */
  noteDown(error: unknown): string {
    const known = this.#outage;
    this.#outage ??= randomUUID();
    if (known === undefined || this.#logsFailures) this.#log(this.#outage, error);
    return this.#outage;
  }

  /** Notes that a call failed, which need not mean that its subgraph is down. Returns the error. */
  noteFailure(error: ExpectedError): ExpectedError {
    if (this.#logsFailures) this.#log(undefined, error);
    return error;
  }

  #log(id: string | undefined, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#logger.warn({ id, subgraph: this.#subgraph, url: this.#url }, `a call to the subgraph failed: ${reason}`);
  }
}
