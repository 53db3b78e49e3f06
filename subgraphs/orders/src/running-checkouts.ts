/** Checkouts that this process is working on, by order; the sweep leaves them alone. No other process opens the database. */
export class RunningCheckouts {
  readonly #ends = new Map<number, Promise<unknown>>();

  has(orderKey: number): boolean {
    return this.#ends.has(orderKey);
  }

  /** Runs a checkout, which counts as running until its promise is settled. */
  async run<Result>(orderKey: number, work: () => Promise<Result>): Promise<Result> {
    const end = Promise.withResolvers<void>();
    this.#ends.set(orderKey, end.promise);
    try {
      return await work();
    } finally {
      this.#ends.delete(orderKey);
      end.resolve();
    }
  }

  /** Resolves once the checkout isn't running. @throws the signal's reason if it is aborted first */
  async end(orderKey: number, signal: AbortSignal): Promise<void> {
    const left = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => left.resolve(), { once: true });
    await Promise.race([this.#ends.get(orderKey), left.promise]);
    signal.throwIfAborted();
  }
}
