import type { Reply } from '@lockstep/runtime/http/subgraph-answer.ts';

/** A call that is under way, and how many wait for its reply. */
interface CallInFlight {
  readonly reply: Promise<Reply>;
  readonly controller: AbortController;
  waiting: number;
  isSettled: boolean;
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
  async join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<Reply>): Promise<Reply> {
    const call = this.#calls.get(key) ?? this.#start(key, start);
    call.waiting += 1;
    try {
      return await unlessAborted(call.reply, signal);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0 && !call.isSettled) call.controller.abort(); // 4 µs, where nobody listens any more too
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Reply>): CallInFlight {
    const controller = new AbortController();
    const reply = start(controller.signal);
    const call = { reply, controller, waiting: 0, isSettled: false };
    const forget = () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key);
    };
    const settle = () => {
      call.isSettled = true;
      forget();
    };
    reply.then(settle, settle);
    controller.signal.addEventListener('abort', forget);
    this.#calls.set(key, call);
    return call;
  }
}

/** The promise's value, unless the signal is aborted first. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    const stopListening = () => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject);
    promise.then(stopListening, stopListening);
  });
}
