import { getHeapStatistics } from 'node:v8';

/** Share of the heap's limit that may be in flight, unless a setting says otherwise. */
const DEFAULT_SHARE = 1 / 4;

/** Bytes up to which a request is small. */
const SMALL_BYTES = 128 * 1024;

/** Share of the budget that large requests may take together. The rest is for small ones, which are nearly all. */
const LARGE_SHARE = 3 / 4;

/** Bytes of memory that a byte of a reply takes: 4.4 parsed, in a list of objects with an id each, and the rest in the answer. */
const BYTES_OF_A_BYTE = 8;

/** Thrown if there is no room for further bytes. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';

  constructor() {
    super('the process holds as many bytes in flight as it may');
  }
}

/**
 * Budget of the bytes that a process holds for requests at a time: bodies being read, replies of subgraphs and what is made of
 * them, and answers that are not sent yet. A piece that would exceed it is refused, so that memory stays bounded however many
 * clients are slow and however large the answers.
 */
export class ByteBudget {
  #max = defaultMaxBytes();
  #used = 0;

  get max(): number {
    return this.#max;
  }

  get used(): number {
    return this.#used;
  }

  /** @param maxBytes a quarter of the heap's limit if undefined */
  setMax(maxBytes = defaultMaxBytes()): void {
    this.#max = maxBytes;
  }

  /**
   * Takes a number of bytes, which are to be released.
   *
   * @param held bytes that the taker has already
   * @returns false, and takes nothing, if they don't fit
   */
  take(bytes: number, held: number): boolean {
    const max = held + bytes <= SMALL_BYTES ? this.#max : this.#max * LARGE_SHARE;
    if (this.#used + bytes > max) return false;
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}

function defaultMaxBytes(): number {
  return Math.floor(getHeapStatistics().heap_size_limit * DEFAULT_SHARE);
}

/** The budget of this process, which has one memory whatever it serves. */
export const bytesInFlight = new ByteBudget();

/** Bytes that one request holds until it ends. */
export class RequestBytes {
  readonly #budget: ByteBudget;
  #held = 0;
  #replies = 0;
  #isReleased = false;

  constructor(budget = bytesInFlight) {
    this.#budget = budget;
  }

  /** Number of bytes of all replies of subgraphs that were made for the request. */
  get replies(): number {
    return this.#replies;
  }

  /** Takes a reply of a subgraph, and what will be made of it. @throws {NoRoomError} if they don't fit */
  takeReply(bytes: number): void {
    this.#replies += bytes;
    this.take(BYTES_OF_A_BYTE * bytes);
  }

  /** Releases a reply that was taken, because it is dropped and another is asked for. */
  returnReply(bytes: number): void {
    this.#replies -= bytes;
    const held = Math.min(BYTES_OF_A_BYTE * bytes, this.#held); // an operation that ended early has released it
    this.#budget.release(held);
    this.#held -= held;
  }

  /** @throws {NoRoomError} if they don't fit */
  take(bytes: number): void {
    if (this.#isReleased) return; // nobody waits for the answer any more
    if (!this.#budget.take(bytes, this.#held)) throw new NoRoomError();
    this.#held += bytes;
  }

  /** Takes the bytes of the answer in place of all that it was made of. @throws {NoRoomError} if they don't fit */
  takeAnswer(bytes: number): void {
    this.#budget.release(this.#held);
    this.#held = 0;
    this.take(bytes);
  }

  /** Releases all that was taken. Nothing is counted from then on. */
  release(): void {
    this.#budget.release(this.#held);
    this.#held = 0;
    this.#isReleased = true;
  }
}
