// Messages between the bench and its load generator, which is a process of its own.

/** Keys of a measurement's requests: all the same, or each chosen at random. */
export const KEY_MODES = ['distinct', 'hot'] as const;
export type KeyMode = (typeof KEY_MODES)[number];

/** A measurement to make. */
export interface LoadOrder {
  readonly url: string;
  /** Name of the operation. */
  readonly operation: string;
  readonly keys: KeyMode;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly countedSeconds: number;
}

/** Result of a measurement. */
export interface LoadResult {
  /** Number of answers. Every one was checked. */
  readonly answers: number;
  /** Number of wrong and missing answers. */
  readonly wrong: number;
  /** First wrong answer. */
  readonly firstWrong?: string;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Size of the last answer's body. */
  readonly answerBytes: number;
}

/** Messages of the generator: `warm` before it counts, after which it waits for `count`. */
export type FromGenerator =
  | { readonly kind: 'warm' }
  | { readonly kind: 'done'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly message: string };

export type ToGenerator = { readonly kind: 'load'; readonly order: LoadOrder } | { readonly kind: 'count' };
