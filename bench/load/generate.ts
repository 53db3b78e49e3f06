import { once } from 'node:events';
import { join } from 'node:path';
import { ownEnvironment, type Processes, ROOT, type Running } from '../processes.ts';
import { USERS } from '../shop-data.ts';
import type { FromGenerator, LoadOrder, LoadResult, ToGenerator } from './messages.ts';

/** A handle on the load generator's process. */
export class LoadGenerator {
  readonly running: Running;

  constructor(processes: Processes) {
    const script = join(import.meta.dirname, 'generator.ts');
    this.running = processes.start(
      'load generator',
      [script],
      { ...ownEnvironment(ROOT), BENCH_USERS: String(USERS) },
      { ipc: true },
    );
  }

  /**
   * Warms up, then counts.
   *
   * @param onCount called right before the first request that is counted
   */
  async load(order: LoadOrder, onCount: () => void | Promise<void>): Promise<LoadResult> {
    this.#tell({ kind: 'load', order });
    for (;;) {
      const message = await this.#next();
      if (message.kind === 'done') return message.result;
      if (message.kind === 'failed') throw new Error(`${order.operation} at ${order.url}: ${message.message}`);
      await onCount();
      this.#tell({ kind: 'count' });
    }
  }

  async #next(): Promise<FromGenerator> {
    const ended = new AbortController();
    try {
      const exit = once(this.running.child, 'exit', { signal: ended.signal }).then(() => {
        this.running.assertRuns();
        throw new Error('the load generator has ended');
      });
      const [message] = await Promise.race([once(this.running.child, 'message', { signal: ended.signal }), exit]);
      return message;
    } finally {
      ended.abort();
    }
  }

  #tell(message: ToGenerator): void {
    this.running.assertRuns();
    this.running.child.send(message);
  }
}
