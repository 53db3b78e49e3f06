import type { Deadline, Lifetime } from '@lockstep/runtime/http/deadline.ts';
import { CallController, type Signal } from '@lockstep/runtime/http/signal.ts';
import type { CallContext } from './call-context.ts';

/** Fetch that waits for the answer to a call that is made for several. */
export interface WaitingFetch {
  readonly context: CallContext;
  reject(reason: unknown): void;
}

/**
 * Lifetime of a call for several fetches: until every one of them has ended, with the latest of their deadlines. A fetch that
 * ends before is rejected.
 */
export class JointLifetime implements Lifetime {
  readonly deadline: Deadline | undefined;
  /** Counts what is held for all of them in equal parts. */
  readonly bytes: NonNullable<Lifetime['bytes']>;
  readonly #controller = new CallController();
  readonly #fetches: readonly WaitingFetch[];
  /** Bytes of replies that each has taken. */
  #taken = 0;

  constructor(fetches: readonly WaitingFetch[]) {
    const { length } = fetches;
    this.#fetches = fetches;
    this.bytes = {
      takeReply: (bytes) => {
        const share = Math.ceil(bytes / length);
        for (const { context } of fetches) context.bytes?.takeReply(share);
        this.#taken += share;
      },
      returnReply: () => this.returnReplies(),
    };
    let left = length;
    let latest: Deadline | undefined;
    for (const { context, reject } of fetches) {
      const { signal, deadline } = context;
      if (deadline && deadline.endsAt > (latest?.endsAt ?? 0)) latest = deadline;
      signal.addEventListener('abort', () => {
        reject(signal.reason);
        left -= 1;
        if (left === 0) this.#controller.abort();
      });
    }
    this.deadline = latest;
  }

  get signal(): Signal {
    return this.#controller.signal;
  }

  /** Drops the replies so far, because each fetch gets another. */
  returnReplies(): void {
    for (const { context } of this.#fetches) context.bytes?.returnReply(this.#taken);
    this.#taken = 0;
  }
}
