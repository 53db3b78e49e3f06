import { Deadline, type Lifetime } from '../deadline.ts';
import { CallController, type Signal } from '../signal.ts';

/** Lifetime of a step of a request: it ends after some time, and with the request's own lifetime at the latest. */
export class TimeLimit implements Lifetime {
  isOver = false;
  readonly deadline: Deadline;
  /** The request's deadline, if that comes before the end of the time. */
  readonly outerDeadline: Deadline | undefined;
  readonly #controller = new CallController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #outer: Signal | undefined;

  constructor(timeoutMs: number, { signal, deadline }: Partial<Lifetime> = {}) {
    this.#outer = signal;
    const leftMs = deadline?.leftMs() ?? Number.POSITIVE_INFINITY;
    this.outerDeadline = leftMs < timeoutMs ? deadline : undefined;
    this.deadline = this.outerDeadline ?? new Deadline(timeoutMs);
    if (signal?.aborted) this.#abort();
    else if (deadline?.isOver) this.#end();
    else {
      this.#timer = setTimeout(this.#end, Math.min(timeoutMs, leftMs));
      signal?.addEventListener('abort', this.#abort);
    }
  }

  get signal(): Signal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#controller.abort();

  readonly #end = (): void => {
    this.isOver = true;
    this.#abort();
  };
}
