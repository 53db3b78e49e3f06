import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from './in-time.ts';
import { Lease } from './lease.ts';
import type { MembershipLog } from './membership-log.ts';
import { RedisConnection, type Script, type Session } from './redis-connection.ts';
import { readReply, type SharedState } from './shared-state.ts';

/** Time for which nothing is looked up after an answer that came too late, in timeouts: no more than a tenth is spent waiting. */
const PAUSED_TIMEOUTS = 9;

/** Reply to a lookup. */
export interface FoundTexts {
  readonly texts: readonly unknown[];
  /** Time of this process when it was asked for, and of Redis when it replied. */
  readonly sentAt: number;
  readonly redisNow: number;
}

export interface MembershipOptions {
  readonly url: string;
  readonly namespace: string;
  readonly fetchTimeoutMs: number;
  /** The lease of a gateway is three quarters of it, and renewed after each quarter. */
  readonly invalidateTimeoutMs: number;
  readonly log: MembershipLog;
}

/**
 * Membership of this process among the gateways that share a store.
 *
 * Each gateway has a lease in Redis. A drop that can't be delivered is over when the lease is: from then on the others forget
 * everything, because this one may have dropped something. So a drop takes no longer than the lease, even if Redis is lost.
 */
// Over 200 lines, because every reply of Redis, and its lack, changes the one state that this class guards.
export class Membership {
  readonly #options: MembershipOptions;
  readonly #id = randomBytes(12).toString('base64url');
  readonly #connection: RedisConnection;
  readonly #renewal: NodeJS.Timeout;
  readonly #keys: readonly string[];
  /** Undefined while this gateway may have missed or failed to deliver a drop. */
  #state: SharedState | undefined;
  #isClosed = false;
  /** Join that is not answered yet. */
  #joining: object | undefined;
  #pausedUntil = 0;
  readonly #lease: Lease;
  /** Number of drops that Redis does not know. */
  #undelivered = 0;
  readonly #waiting = new Set<() => void>();

  constructor(options: MembershipOptions) {
    const { url, namespace, invalidateTimeoutMs } = options;
    this.#options = options;
    this.#lease = new Lease(Math.ceil((invalidateTimeoutMs * 3) / 4));
    this.#keys = ['state', 'drops', 'gateways'].map((name) => `${namespace}:${name}`);
    this.#connection = new RedisConnection(
      url,
      () => void this.#join(),
      (error) => this.#lose(error),
    );
    this.#renewal = setInterval(() => this.#renew(), invalidateTimeoutMs / 4).unref();
  }

  /** State by which entries are read and stored now; undefined if none are. */
  get state(): SharedState | undefined {
    const state = this.#state;
    return state && performance.now() >= state.opensAt ? state : undefined;
  }

  /** Returns true if it makes sense to ask Redis. */
  get isReadable(): boolean {
    return this.state !== undefined && performance.now() >= this.#pausedUntil;
  }

  /** Resolves with the texts of entries; undefined if Redis does not give them in time. */
  async lookup(keys: readonly string[]): Promise<FoundTexts | undefined> {
    const sentAt = performance.now();
    try {
      const reply = await inTime(this.#run('lookup', keys, [this.#id]), this.#options.fetchTimeoutMs);
      const texts = this.#state && this.#note(reply);
      return texts && this.#state && { texts, sentAt, redisNow: this.#state.redisNow };
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSED_TIMEOUTS * this.#options.fetchTimeoutMs;
      this.#lose(error);
      void this.#join(); // answered as soon as Redis is back
      return undefined;
    }
  }

  /** Sends a command that nobody waits for. */
  async send(command: readonly (string | Buffer)[]): Promise<void> {
    await this.#connection.send(command).catch(() => {}); // an entry that isn't stored is missed, and no more
  }

  /**
   * Tells the other gateways of a drop.
   *
   * @returns false if some of them may go on using what they store, because this one had lost Redis before
   */
  async drop(slots: readonly number[]): Promise<boolean> {
    const { isHeld } = this.#lease;
    try {
      if (isHeld || this.#state) {
        const timeoutMs = Math.max(this.#lease.leftMs, this.#options.fetchTimeoutMs);
        const reply = await inTime(this.#run('drop', [], slots.map(String)), timeoutMs);
        if (this.#state) this.#note(reply);
        return true;
      }
    } catch (error) {
      this.#lose(error);
    }
    this.#undelivered += 1;
    return (await this.#forgotten(isHeld ? this.#lease.leftMs : 0)) || isHeld;
  }

  /** Resolves once this gateway has joined anew, so that everything is forgotten, or once the time is over. */
  async #forgotten(timeoutMs: number): Promise<boolean> {
    let isForgotten = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    const noteJoined = () => {
      isForgotten = true;
      resolve();
    };
    this.#waiting.add(noteJoined);
    void this.#join();
    await Promise.race([promise, sleep(timeoutMs)]);
    this.#waiting.delete(noteJoined);
    return isForgotten;
  }

  async close(): Promise<void> {
    this.#options.log.onClose();
    clearInterval(this.#renewal);
    this.#isClosed = true;
    this.#state = undefined;
    const gateways = this.#keys[2] ?? '';
    if (this.#undelivered === 0)
      await inTime(this.send(['ZREM', gateways, this.#id]), this.#options.fetchTimeoutMs).catch(() => {});
    this.#connection.close();
  }

  #renew(): void {
    const joining = this.#joining;
    if (!joining) return void this.#join();
    const late = new Error(`no answer within ${this.#options.invalidateTimeoutMs / 4} ms`);
    setImmediate(() => this.#joining === joining && this.#lose(late)); // it may have come while the process was busy
  }

  async #join(): Promise<void> {
    const { session } = this.#connection;
    if (this.#joining || !session) return;
    this.#joining = {};
    const undelivered = this.#undelivered;
    const sentAt = performance.now();
    try {
      const reply = await this.#run('join', [], this.#joinArguments(session, sentAt));
      this.#joining = undefined;
      this.#lease.renewed(sentAt);
      this.#noteJoined(reply, undelivered);
    } catch (error) {
      this.#lose(error);
      if (this.#connection.session) await this.#connection.prepare().catch(() => {}); // it may have forgotten the scripts
      this.#joining = undefined;
    }
  }

  #joinArguments({ run }: Session, sentAt: number): string[] {
    const ends = this.#lease.request(sentAt) ?? '';
    const fresh = randomBytes(12).toString('base64url');
    return [this.#id, String(this.#lease.lengthMs), String(ends), run, fresh, this.#undelivered > 0 ? '1' : '0'];
  }

  #noteJoined(reply: unknown, undelivered: number): void {
    this.#undelivered -= undelivered;
    if (this.#undelivered > 0) return void this.#join(); // they came while this one was sent
    this.#note(reply);
    this.#options.log.onUp();
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Notes a reply of any script. @returns what it has besides the state; undefined if this gateway has to join again */
  #note(reply: unknown): readonly unknown[] | undefined {
    if (reply === null) {
      this.#state = undefined;
      void this.#join();
      return undefined;
    }
    const { state, rest } = readReply(reply);
    if (this.#state && this.#state.generation !== state.generation) this.#options.log.onNewGeneration();
    this.#state = state;
    this.#lease.setTime(state);
    return rest;
  }

  #lose(error: unknown): void {
    this.#state = undefined;
    if (this.#isClosed) return;
    this.#options.log.onDown(error);
  }

  async #run(script: Script, keys: readonly string[], given: readonly string[]): Promise<unknown> {
    const { session } = this.#connection;
    if (!session) throw new Error('Redis is not connected');
    return this.#connection.run(session, script, [...this.#keys, ...keys], given);
  }
}
