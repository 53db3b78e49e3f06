import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { inTime } from './in-time.ts';
import { RedisConnection, type Script, type Session } from './redis-connection.ts';

/** Time for which nothing is looked up after an answer that came too late, in timeouts: no more than a tenth is spent waiting. */
const PAUSED_TIMEOUTS = 9;

const stateReply = z.tuple([z.number(), z.instanceof(Buffer), z.number(), z.number()]).rest(z.unknown());

/** State of the store in Redis, as this process saw it last. */
export interface SharedState {
  readonly generation: string;
  /** Number of drops in this generation. */
  readonly epoch: number;
  /** Time of Redis, in milliseconds, and of this process when its reply was there. */
  readonly redisNow: number;
  readonly receivedAt: number;
  /** Time of this process before which nothing is read or stored. */
  readonly opensAt: number;
}

/** Reply to a lookup. */
export interface FoundTexts {
  readonly texts: readonly unknown[];
  /** Time of this process when it was asked for, and of Redis when it replied. */
  readonly sentAt: number;
  readonly redisNow: number;
}

/** Events that are logged. */
export interface MembershipLog {
  onUp(): void;
  onDown(error: unknown): void;
  onNewGeneration(): void;
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
  /** Time from which the lease is certainly over, and time until which Redis certainly has it. */
  #leaseEndsAt = 0;
  #leaseHeldUntil = 0;
  /** The last state, for its time. */
  #clock: Pick<SharedState, 'redisNow' | 'receivedAt'> | undefined;
  /** Number of drops that Redis does not know. */
  #undelivered = 0;
  readonly #waiting = new Set<() => void>();

  constructor(options: MembershipOptions) {
    const { url, namespace, invalidateTimeoutMs } = options;
    this.#options = options;
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

  /** Resolves once Redis has been reached. */
  joined(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.add(resolve));
  }

  /** Resolves with the texts of entries; undefined if Redis does not give them in time. */
  async lookup(keys: readonly string[]): Promise<FoundTexts | undefined> {
    const sentAt = performance.now();
    try {
      const reply = await inTime(this.#run('lookup', keys, [this.#id]), this.#options.fetchTimeoutMs);
      if (!this.#state) return undefined;
      if (!this.#note(reply)) return undefined;
      const [redisNow, , , , ...texts] = stateReply.parse(reply);
      return { texts, sentAt, redisNow };
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSED_TIMEOUTS * this.#options.fetchTimeoutMs;
      this.#lose(error);
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
    const holdsLease = this.#leaseHeldUntil > performance.now();
    try {
      if (this.#state) {
        const timeoutMs = Math.max(this.#leaseLeftMs, this.#options.fetchTimeoutMs);
        this.#note(await inTime(this.#run('drop', [], slots.map(String)), timeoutMs));
        return true;
      }
    } catch (error) {
      this.#lose(error);
    }
    this.#undelivered += 1;
    return (await this.#forgotten(holdsLease ? this.#leaseLeftMs : 0)) || holdsLease;
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
      this.#noteJoined(reply, sentAt, undelivered);
    } catch (error) {
      this.#lose(error);
      if (this.#connection.session) await this.#connection.prepare().catch(() => {}); // it may have forgotten the scripts
      this.#joining = undefined;
    }
  }

  /** Returns the arguments of a join. Its end is a time of Redis, so that a join that Redis reads late does not prolong the lease. */
  #joinArguments({ run }: Session, sentAt: number): string[] {
    const leaseMs = this.#leaseMs;
    const ends = this.#clock
      ? String(Math.floor(this.#clock.redisNow + sentAt - this.#clock.receivedAt + leaseMs))
      : '';
    this.#leaseEndsAt = Math.max(this.#leaseEndsAt, sentAt + leaseMs);
    const fresh = randomBytes(12).toString('base64url');
    return [this.#id, String(leaseMs), ends, run, fresh, this.#undelivered > 0 ? '1' : '0'];
  }

  #noteJoined(reply: unknown, sentAt: number, undelivered: number): void {
    const now = performance.now();
    this.#leaseEndsAt = now + this.#leaseMs;
    this.#leaseHeldUntil = sentAt + this.#leaseMs - (now - sentAt);
    this.#undelivered -= undelivered;
    if (this.#undelivered > 0) return void this.#join(); // they came while this one was sent
    this.#note(reply);
    this.#options.log.onUp();
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Notes a reply of any script. @returns false if this gateway has to join again */
  #note(reply: unknown): boolean {
    if (reply === null) {
      this.#state = undefined;
      void this.#join();
      return false;
    }
    const [redisNow, name, epoch, opens] = stateReply.parse(reply);
    const generation = name.toString('latin1');
    const receivedAt = performance.now();
    if (this.#state && this.#state.generation !== generation) this.#options.log.onNewGeneration();
    this.#state = { generation, epoch, redisNow, receivedAt, opensAt: receivedAt + opens - redisNow };
    this.#clock = this.#state;
    return true;
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

  get #leaseLeftMs(): number {
    return Math.max(0, this.#leaseEndsAt - performance.now());
  }

  get #leaseMs(): number {
    return Math.ceil((this.#options.invalidateTimeoutMs * 3) / 4);
  }
}
