/** The checkouts that this process is at, by order: they are left to themselves. (The database is this process's alone.) */
export class RunningCheckouts {
  readonly #ends = new Map<number, Promise<unknown>>();

  has(orderKey: number): boolean {
    return this.#ends.has(orderKey);
  }

  /** Runs one, and counts it among them until it is settled. */
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

  /** Resolves as soon as this one isn't running. @throws the signal's reason if it is aborted before */
  async end(orderKey: number, signal: AbortSignal): Promise<void> {
    const left = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => left.resolve(), { once: true });
    await Promise.race([this.#ends.get(orderKey), left.promise]);
    signal.throwIfAborted();
  }
}
