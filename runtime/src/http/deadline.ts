import type { IncomingMessage } from 'node:http';

/** Says with a call how many milliseconds its caller will wait for the answer. */
export const DEADLINE_HEADER = 'x-deadline-ms';

/** When a request has to be answered at the latest. */
export class Deadline {
  /** How long it had when it came here. */
  readonly timeoutMs: number;
  /** By `performance.now()`. */
  readonly endsAt: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.endsAt = performance.now() + timeoutMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }

  /** Whole milliseconds; none where it is over. */
  leftMs(): number {
    return Math.max(0, Math.floor(this.endsAt - performance.now()));
  }
}

const DEADLINE = Symbol('deadline');

/** A signal that goes with a request, and may know when the request has to be answered. */
type RequestSignal = AbortSignal & { [DEADLINE]?: Deadline };

/** From here on the deadline goes wherever the signal goes. */
export function setDeadline(signal: RequestSignal, deadline: Deadline): void {
  signal[DEADLINE] = deadline;
}

/** The deadline of the request that the signal goes with; undefined where it has none. */
export function deadlineOf(signal: RequestSignal | undefined): Deadline | undefined {
  return signal?.[DEADLINE];
}

const WHOLE_NUMBER = /^\d{1,9}$/;

/** The deadline that came with a request; undefined where none did that can be read. */
export function readDeadline({ headers }: IncomingMessage): Deadline | undefined {
  const value = headers[DEADLINE_HEADER];
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? new Deadline(Number(value)) : undefined;
}
