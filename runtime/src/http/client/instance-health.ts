import type { InstanceState } from '../../process-state.ts';
import type { Instance } from './instance.ts';

/** One instance of a subgraph that has several: its calls under way, and if it answers. */
export class InstanceHealth {
  readonly instance: Instance;
  /** Number of its calls under way. */
  outstanding = 0;
  /** False while it is left out. */
  isIn = true;
  /** Time at which it was last left out, on the clock of `performance.now()`. */
  leftOutAt = Number.NEGATIVE_INFINITY;
  failedAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** Time since which it has had calls under way without a pause. */
  #busySince = 0;
  readonly #silenceMs: number;

  /** @param silenceMs time without any answer, while calls wait for one, after which it counts as hanging */
  constructor(instance: Instance, silenceMs: number) {
    this.instance = instance;
    this.#silenceMs = silenceMs;
  }

  /** Host and path of its address, for logs and metrics. */
  get name(): string {
    return this.instance.url.host + this.instance.url.pathname;
  }

  /** Returns its state for `npm run status`. */
  stateOf(subgraph: string): InstanceState {
    const leftOutSince = this.isIn ? undefined : new Date(performance.timeOrigin + this.leftOutAt).toISOString();
    return { subgraph, instance: this.name, leftOutSince };
  }

  begin(now: number): void {
    if (this.outstanding === 0) this.#busySince = now;
    this.outstanding += 1;
  }

  end(): void {
    this.outstanding -= 1;
  }

  /** Returns true if it hangs: calls are under way, and it has answered none of them for too long. */
  isSilent(now: number): boolean {
    return this.outstanding > 0 && now - Math.max(this.#busySince, this.#answeredAt) >= this.#silenceMs;
  }

  /** Notes an answer. Returns true if this takes it back. */
  answered(now: number): boolean {
    const wasIn = this.isIn;
    this.isIn = true;
    this.#answeredAt = now;
    return !wasIn;
  }

  /**
   * Notes the failure of a call, which leaves it out unless it has answered another one since that began: then it is the call
   * that fails, and not the instance. Returns true if this leaves it out.
   */
  failed(now: number, startedAt: number): boolean {
    this.failedAt = now;
    return this.#answeredAt < startedAt && this.leaveOut(now);
  }

  /** Returns false if it was left out before. */
  leaveOut(now: number): boolean {
    this.failedAt = now;
    if (!this.isIn) return false;
    this.isIn = false;
    this.leftOutAt = now;
    return true;
  }
}
