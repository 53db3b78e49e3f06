/** Part of an `AbortSignal` that tells when nobody waits any more; Node's own fits it. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Does for a call what an `AbortController` does, without events, which take six times as long: an operation with two calls
 * has five of them, some 1 % of the gateway's CPU on `user`.
 */
export class CallController {
  readonly #signal = new CallSignal();

  get signal(): Signal {
    return this.#signal;
  }

  /** Has no effect if it is aborted already. */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.#signal.abort(reason);
  }
}

/** Waits for a time. @throws the signal's reason as soon as it is aborted */
export function pause(timeMs: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, timeMs);
    signal.addEventListener('abort', end);
  });
}

class CallSignal implements Signal {
  aborted = false;
  reason: unknown;
  #listeners: (() => void)[] = [];

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.lastIndexOf(listener);
    if (index === this.#listeners.length - 1) this.#listeners.pop();
    else if (index !== -1) this.#listeners.splice(index, 1);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}
