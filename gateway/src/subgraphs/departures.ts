/** Number of operations with calls under way from which on fetches wait; among fewer, waiting brings too few together to pay. */
const MIN_UNDER_WAY = 3;

/** Longest time in milliseconds that fetches wait for a call to end, give or take the precision of timers, which is one. */
const MAX_WAIT_MS = 1;

export interface DeparturesOptions {
  /** Set if fetches wait for the calls under way. */
  readonly waitsForCalls: boolean;
  /** Makes calls of what waits, and tracks them. */
  leave(): void;
  /** Called when nothing waits, and no call is under way any more. */
  end(): void;
}

/**
 * Decides when fetches that can travel together leave. While hardly any are under way, that is at the end of this turn of the
 * event loop. Otherwise they wait until a call ends, but hardly longer than a millisecond: so a fetch without company isn't
 * held up, and the more operations there are, the more of their fetches are one call. This is Nagle's algorithm, with calls for
 * packets: https://www.rfc-editor.org/rfc/rfc896.
 */
export class Departures {
  readonly #options: DeparturesOptions;
  /** Number of operations with calls under way. */
  #underWay = 0;
  #isRequested = false;
  #isScheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** Lets a fetch that waits leave as soon as it should. */
  request(): void {
    this.#isRequested = true;
    if (this.#underWay < MIN_UNDER_WAY || !this.#options.waitsForCalls) this.#schedule();
    else this.#timer ??= setTimeout(() => this.#schedule(), MAX_WAIT_MS);
  }

  /**
   * Notes that a call is under way until it ends. Returns the call.
   *
   * @param operations number of operations that it is made for
   */
  track<Answer>(call: Promise<Answer>, operations: number): Promise<Answer> {
    this.#underWay += operations;
    const end = () => {
      this.#underWay -= operations;
      if (this.#isRequested) this.#schedule();
      else this.#endIfIdle();
    };
    call.then(end, end);
    return call;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#leave());
  }

  #leave(): void {
    this.#isScheduled = this.#isRequested = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.leave();
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (this.#underWay === 0 && !this.#isRequested) this.#options.end();
  }
}
