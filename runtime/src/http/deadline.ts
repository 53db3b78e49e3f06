import type { IncomingMessage } from 'node:http';
import type { RequestBytes } from './bytes-in-flight.ts';
import type { Signal } from './signal.ts';

/** Header of a call with the number of milliseconds that its caller will wait for the answer. */
export const DEADLINE_HEADER = 'x-deadline-ms';

/** Point in time by which a request has to be answered. */
export class Deadline {
  /** Time that the request had when it arrived. */
  readonly timeoutMs: number;
  /** On the clock of `performance.now()`. */
  readonly endsAt: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.endsAt = performance.now() + timeoutMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }

  /** Returns the whole milliseconds that are left, 0 if it is over. */
  leftMs(): number {
    return Math.max(0, Math.floor(this.endsAt - performance.now()));
  }
}

/** Time for which a request or a call is waited for. */
export interface Lifetime {
  /** Aborted when nobody waits for it any more. */
  readonly signal: Signal;
  /** Undefined if it has none. By the clock: under load the signal may be aborted late. */
  readonly deadline?: Deadline | undefined;
  /** Counts what is held for it; undefined if that is not counted. */
  readonly bytes?: Pick<RequestBytes, 'takeReply' | 'returnReply'> | undefined;
}

const WHOLE_NUMBER = /^\d{1,9}$/;

/** Returns the deadline that came with a request; undefined if none did, or none that can be read. */
export function readDeadline({ headers }: IncomingMessage): Deadline | undefined {
  const value = headers[DEADLINE_HEADER];
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? new Deadline(Number(value)) : undefined;
}
