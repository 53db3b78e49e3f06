import type { Reply } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import type { Deadline, Lifetime } from '@lockstep/runtime/http/deadline.ts';

/** A call that is under way, and how many wait for its reply. */
interface CallInFlight {
  readonly reply: Promise<Reply>;
  readonly controller: AbortController;
  /** What the subgraph was told: that of who started the call. */
  readonly deadline: Deadline | undefined;
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
   * @param lifetime ends this waiting only; the call ends when nobody waits for it any more. Who has more time than the call
   *   had isn't put off with its having been over.
   */
  async join(key: string, lifetime: Lifetime, start: (lifetime: Lifetime) => Promise<Reply>): Promise<Reply> {
    for (;;) {
      const call = this.#calls.get(key) ?? this.#start(key, lifetime.deadline, start);
      const reply = await wait(call, lifetime.signal);
      if (!isCutShort(call, reply, lifetime.deadline)) return reply;
    }
  }

  #start(key: string, deadline: Deadline | undefined, start: (lifetime: Lifetime) => Promise<Reply>): CallInFlight {
    const controller = new AbortController();
    const reply = start({ signal: controller.signal, deadline });
    const call = { reply, controller, deadline, waiting: 0, isSettled: false };
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

/** The call's reply. The call ends where this was the last to wait for it. */
async function wait(call: CallInFlight, signal: AbortSignal): Promise<Reply> {
  call.waiting += 1;
  try {
    return await unlessAborted(call.reply, signal);
  } finally {
    call.waiting -= 1;
    if (call.waiting === 0 && !call.isSettled) call.controller.abort(); // 4 µs, where nobody listens any more too
  }
}

/** Whether the reply may say no more than that the time was over of somebody who had less of it. */
function isCutShort(call: CallInFlight, { text }: Reply, own: Deadline | undefined): boolean {
  const endsBefore = call.deadline && call.deadline.endsAt < (own?.endsAt ?? Number.POSITIVE_INFINITY);
  return endsBefore === true && text.includes('DEADLINE_EXCEEDED');
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
