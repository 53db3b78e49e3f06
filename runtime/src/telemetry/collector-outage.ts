import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Logger } from '../logging.ts';

/** Time that a collector has for one request. */
export const SEND_TIMEOUT_MS = 5000;

/** Maximum time that a close waits for the collector. */
const FLUSH_TIMEOUT_MS = 2000;

/** Logs the beginning and the end of each outage of a collector. */
export class CollectorOutage {
  readonly #kind: string;
  readonly #logger: Logger;
  #isTaking = true;

  /** @param kind what is sent to it, such as `traces` */
  constructor(kind: string, logger: Logger) {
    this.#kind = kind;
    this.#logger = logger;
  }

  note({ code, error }: ExportResult): void {
    const hasTaken = code === ExportResultCode.SUCCESS;
    if (hasTaken === this.#isTaking) return;
    this.#isTaking = hasTaken;
    if (hasTaken) this.#logger.info(`the collector accepts ${this.#kind} again`);
    else {
      const reason = error?.message ?? 'no reason';
      this.#logger.warn(`the collector doesn't take ${this.#kind}, which are lost until it does: ${reason}`);
    }
  }
}

/** Resolves once what waits is sent, or the collector is too slow. Never rejects: the outage is logged. */
export async function unlessSlow(sent: Promise<unknown>): Promise<void> {
  const overdue = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
  await Promise.race([sent.catch(() => {}), overdue]);
}
