// What the bench and its load generator, which is a process of its own, say to each other.

/** All requests of one measurement are of one key, or each of a key chosen at random. */
export const KEY_MODES = ['distinct', 'hot'] as const;
export type KeyMode = (typeof KEY_MODES)[number];

/** One measurement. */
export interface LoadOrder {
  readonly url: string;
  /** By its name, as the generator knows them too. */
  readonly operation: string;
  readonly keys: KeyMode;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly countedSeconds: number;
}

/** What came of it. */
export interface LoadResult {
  /** How many answers were counted; all of them were looked at. */
  readonly answers: number;
  /** How many of them were not right, or did not come. */
  readonly wrong: number;
  /** The first of the wrong ones. */
  readonly firstWrong?: string;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the last answer's body. */
  readonly answerBytes: number;
}

/** From the generator: `warm` when it is about to count, and waits for `count`. */
export type FromGenerator =
  | { readonly kind: 'warm' }
  | { readonly kind: 'done'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly message: string };

export type ToGenerator = { readonly kind: 'load'; readonly order: LoadOrder } | { readonly kind: 'count' };
