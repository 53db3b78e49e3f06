import { Deadline, deadlineOf, setDeadline } from '../deadline.ts';

/** Aborts when the time is over, when the signal is that it goes with, and at the deadline of that signal's request. */
export class TimeLimit {
  isOver = false;
  /** Set where the deadline comes before the end of the time. */
  readonly deadline: Deadline | undefined;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #outer: AbortSignal | undefined;

  constructor(timeoutMs: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    const deadline = deadlineOf(outer);
    const leftMs = deadline?.leftMs() ?? Number.POSITIVE_INFINITY;
    this.deadline = leftMs < timeoutMs ? deadline : undefined;
    setDeadline(this.#controller.signal, this.deadline ?? new Deadline(timeoutMs));
    if (outer?.aborted) this.#abort();
    else if (deadline?.isOver) this.#end();
    else {
      this.#timer = setTimeout(this.#end, Math.min(timeoutMs, leftMs));
      outer?.addEventListener('abort', this.#abort);
    }
  }

  /** It has a deadline of its own. */
  get signal(): AbortSignal {
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
