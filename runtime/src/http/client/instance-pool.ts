import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../logging.ts';
import { reportInstances } from '../../process-state.ts';
import { NoRoomError } from '../bytes-in-flight.ts';
import type { Lifetime } from '../deadline.ts';
import { BodyTooLargeError } from '../server/body.ts';
import { isLost, UnsentError } from './connection-failure.ts';
import type { Exchange, Instance } from './instance.ts';
import { InstanceHealth } from './instance-health.ts';
import type { Reply } from './subgraph-answer.ts';
import { TimeLimit } from './time-limit.ts';

/** Outcome of a request, as far as it tells of the instance: it failed if there was no answer in GraphQL. */
export type InstanceOutcome = 'answered' | 'failed';

/** Options of an {@link InstancePool}. */
export interface InstancePoolOptions {
  /** Name of the subgraph. */
  readonly name: string;
  readonly logger: Logger;
  /** Time limit of one call. */
  readonly timeoutMs: number;
  /** Returns whether a reply is an answer in GraphQL. */
  readonly isAnswer: (reply: Reply) => boolean;
  readonly noteOutcome?: ((instance: string, outcome: InstanceOutcome) => void) | undefined;
}

/** Pause before an instance that is left out is asked if it is back. */
const PROBE_INTERVAL_MS = 1000;
const PROBE_TIMEOUT_MS = 2000;
const PROBE: Exchange = { body: '{"query":"{ __typename }"}', kind: 'query' };

/**
 * Instances of one subgraph. Each request goes to the one with the least calls under way. One that fails, or hangs, is left out
 * until it answers a probe, which is sent beside the requests: so none has to wait to find out. If all are left out, requests
 * go to the one that failed longest ago.
 */
export class InstancePool {
  readonly #all: readonly InstanceHealth[];
  readonly #options: InstancePoolOptions;
  /** Instances that are asked if they are back. */
  readonly #probed = new Set<InstanceHealth>();
  readonly #closing = new AbortController();
  #reporting: NodeJS.Immediate | undefined;
  /** Index at which the choice among equals begins, so that each gets its share when there is little to do. */
  #next = 0;

  constructor(instances: readonly Instance[], options: InstancePoolOptions) {
    this.#all = instances.map((instance) => new InstanceHealth(instance, options.timeoutMs / 2));
    this.#options = options;
    this.#report();
  }

  /**
   * Sends a request. If it could not be sent, it goes to each of the other instances; a query whose connection broke goes to one
   * other that answers, but not to more of them: it may be the query that breaks them.
   */
  async send(exchange: Exchange, lifetime: Lifetime): Promise<Reply> {
    const failedAt = exchange.failedAt ?? new Set<Instance>();
    const tried = new Set<InstanceHealth>();
    let isResent = false;
    for (let chosen = this.#choose(failedAt); ; ) {
      try {
        return await this.#attempt(chosen, exchange, lifetime);
      } catch (error) {
        tried.add(chosen);
        failedAt.add(chosen.instance);
        if (lifetime.signal.aborted) throw error;
        const next = this.#choose(failedAt);
        if (tried.has(next)) throw error;
        if (!(error instanceof UnsentError)) {
          if (isResent || !next.isIn || exchange.kind !== 'query' || !isLost(error)) throw error;
          isResent = true;
        }
        chosen = next;
      }
    }
  }

  /** Returns true if an instance was left out since a point in time while another was in: what failed may be its alone. */
  hasLostInstanceSince(time: number): boolean {
    return this.#all.some(({ leftOutAt }) => leftOutAt >= time) && this.#all.some(({ isIn }) => isIn);
  }

  /** Yields each instance, and if it is in. */
  *states(): Iterable<readonly [instance: string, isIn: boolean]> {
    for (const { name, isIn } of this.#all) yield [name, isIn];
  }

  async close(): Promise<void> {
    this.#closing.abort();
    reportInstances(this, undefined);
    await Promise.all(this.#all.map(({ instance }) => instance.close()));
  }

  /**
   * Returns the best of those that have not failed this request, or else of those that have: the one with the least calls under
   * way of those that are in; if none is, the one that failed longest ago.
   */
  #choose(failedAt: ReadonlySet<Instance>): InstanceHealth {
    const now = performance.now();
    const start = this.#next;
    this.#next = (start + 1) % this.#all.length;
    let best: InstanceHealth | undefined;
    for (let count = 0; count < this.#all.length; count += 1) {
      const one = this.#all[(start + count) % this.#all.length];
      if (!one) continue;
      if (one.isIn && one.isSilent(now)) this.#noteSilence(one);
      if (!best || isBetter(one, best, failedAt)) best = one;
    }
    if (!best) throw new Error(`${this.#options.name} has no instance`);
    return best;
  }

  async #attempt(chosen: InstanceHealth, exchange: Exchange, lifetime: Lifetime): Promise<Reply> {
    const startedAt = performance.now();
    chosen.begin(startedAt);
    try {
      const reply = await chosen.instance.send(exchange, lifetime);
      this.#noteReply(chosen, reply, startedAt, exchange);
      return { ...reply, instance: chosen.instance.url };
    } catch (error) {
      this.#noteError(chosen, error, startedAt, lifetime);
      throw error;
    } finally {
      chosen.end();
    }
  }

  #noteError(chosen: InstanceHealth, error: unknown, startedAt: number, { signal }: Lifetime): void {
    if (error instanceof BodyTooLargeError || error instanceof NoRoomError) this.#noteAnswer(chosen);
    else if (!signal.aborted)
      this.#noteFailure(chosen, error instanceof Error ? error.message : String(error), startedAt);
    else if (chosen.isSilent(performance.now())) this.#noteSilence(chosen); // else it only tells that nobody waits any more
  }

  #noteReply(chosen: InstanceHealth, reply: Reply, startedAt: number, { failedAt }: Exchange): void {
    if (reply.status >= 500) failedAt?.add(chosen.instance);
    const isFailure = reply.status >= 500 && !this.#options.isAnswer(reply);
    if (isFailure) this.#noteFailure(chosen, `it answered ${reply.status}`, startedAt);
    else this.#noteAnswer(chosen);
  }

  #noteAnswer(chosen: InstanceHealth): void {
    const { name, logger, noteOutcome } = this.#options;
    noteOutcome?.(chosen.name, 'answered');
    if (!chosen.answered(performance.now())) return;
    logger.info({ subgraph: name, instance: chosen.name }, 'the instance answers again');
    this.#report();
  }

  #noteFailure(chosen: InstanceHealth, reason: string, startedAt: number): void {
    this.#options.noteOutcome?.(chosen.name, 'failed');
    if (chosen.failed(performance.now(), startedAt)) this.#noteLeftOut(chosen, reason);
  }

  #noteSilence(one: InstanceHealth): void {
    if (one.leaveOut(performance.now())) this.#noteLeftOut(one, 'it has not answered for too long');
  }

  #noteLeftOut(one: InstanceHealth, reason: string): void {
    const { name, logger } = this.#options;
    logger.warn({ subgraph: name, instance: one.name }, `the instance is left out: ${reason}`);
    this.#report();
    void this.#probe(one);
  }

  /** Reports all states, once for all that changes at the same time. */
  #report(): void {
    this.#reporting ??= setImmediate(() => {
      this.#reporting = undefined;
      if (this.#closing.signal.aborted) return;
      const states = this.#all.map((one) => one.stateOf(this.#options.name));
      reportInstances(this, states);
    });
  }

  /** Asks an instance if it is back, one probe at a time, until it is. */
  async #probe(one: InstanceHealth): Promise<void> {
    const { signal } = this.#closing;
    if (this.#probed.has(one)) return;
    this.#probed.add(one);
    while (!one.isIn && !signal.aborted) {
      await delay(PROBE_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
      if (one.isIn || signal.aborted) break;
      const limit = new TimeLimit(PROBE_TIMEOUT_MS, { signal });
      await this.#attempt(one, PROBE, limit).catch(() => {});
      limit.clear();
    }
    this.#probed.delete(one);
  }
}

function isBetter(one: InstanceHealth, other: InstanceHealth, failedAt: ReadonlySet<Instance>): boolean {
  if (one.isIn !== other.isIn) return one.isIn;
  const [hasFailed, otherHasFailed] = [failedAt.has(one.instance), failedAt.has(other.instance)];
  if (hasFailed !== otherHasFailed) return otherHasFailed;
  return one.isIn ? one.outstanding < other.outstanding : one.failedAt < other.failedAt;
}
