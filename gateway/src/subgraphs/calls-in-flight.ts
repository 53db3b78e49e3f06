import type { Reply } from '@lockstep/runtime/http/subgraph-answer.ts';

/** A call that is under way, and how many wait for its reply. */
interface CallInFlight {
  readonly reply: Promise<Reply>;
  readonly controller: AbortController;
  waiting: number;
}

/** Makes one call of those that are alike and under way at the same time. */
export class CallsInFlight {
  readonly #calls = new Map<string, CallInFlight>();

  /**
   * The reply to a call, which `start` makes unless one with this key is under way already.
   *
   * @param key equal for calls that would have the same reply
   * @param signal ends this waiting only; the call ends when nobody waits for it any more
   */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const call = this.#calls.get(key) ?? this.#start(key, start);
      call.waiting += 1;
      const leave = () => {
        reject(signal.reason);
        call.waiting -= 1;
        if (call.waiting === 0) this.#abandon(key, call);
      };
      signal.addEventListener('abort', leave);
      const stopListening = () => signal.removeEventListener('abort', leave);
      call.reply.then(stopListening, stopListening);
      call.reply.then(resolve, reject);
    });
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Reply>): CallInFlight {
    const controller = new AbortController();
    const call = { reply: start(controller.signal), controller, waiting: 0 };
    const forget = () => this.#forget(key, call);
    call.reply.then(forget, forget);
    this.#calls.set(key, call);
    return call;
  }

  /** Only here: to abort what is over already costs 4 µs. */
  #abandon(key: string, call: CallInFlight): void {
    this.#forget(key, call);
    call.controller.abort();
  }

  #forget(key: string, call: CallInFlight): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }
}
