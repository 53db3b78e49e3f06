/** Time of Redis, in milliseconds, and of this process when it had its reply. */
export interface RedisTime {
  readonly redisNow: number;
  readonly receivedAt: number;
}

/** Lease of a gateway in Redis, as far as the gateway can know: a request to renew it may have been read, and not answered. */
export class Lease {
  readonly lengthMs: number;
  #endsAt = 0;
  #heldUntil = 0;
  #time: RedisTime | undefined;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }

  /** True if Redis certainly has it. */
  get isHeld(): boolean {
    return performance.now() < this.#heldUntil;
  }

  /** Time after which it is certainly over. */
  get leftMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /**
   * Notes a request to renew it.
   *
   * @returns its new end by the clock of Redis, so that a request that is read late does not prolong it. Undefined if the clock
   * isn't known
   */
  request(sentAt: number): number | undefined {
    this.#endsAt = Math.max(this.#endsAt, sentAt + this.lengthMs);
    return this.#time && Math.floor(this.#time.redisNow + sentAt - this.#time.receivedAt + this.lengthMs);
  }

  /** Notes that it was renewed by a request that was sent then. */
  renewed(sentAt: number): void {
    const now = performance.now();
    this.#endsAt = now + this.lengthMs;
    this.#heldUntil = sentAt + this.lengthMs - (now - sentAt);
  }

  setTime(time: RedisTime): void {
    this.#time = time;
  }
}
