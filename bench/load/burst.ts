import autocannon from 'autocannon';
import { AnswerCheck, bodyOf, type Operation } from '../operations/operation.ts';
import { percentile } from '../statistics.ts';
import type { KeyMode, LoadResult } from './messages.ts';

/** Number of different requests that each connection repeats. autocannon serializes them once instead of for each request. */
const REQUESTS_A_CONNECTION = 32;
const SAMPLE_INTERVAL_MS = 100;
const SHOWN_ANSWER = 500;
/** Timeout longer than any answer takes on a busy machine, because a late answer is slow and not wrong. */
const TIMEOUT_S = 60;

export interface Burst {
  readonly url: string;
  readonly operation: Operation;
  readonly keys: KeyMode;
  readonly connections: number;
  /** A number of requests, each answered in full, or a duration, at the end of which requests are cut off. */
  readonly length: { readonly amount: number } | { readonly seconds: number };
}

/** Sends requests over kept-alive connections, each once the previous one is answered, and checks every answer. */
export function fire({ url, operation, keys, connections, length }: Burst): Promise<LoadResult> {
  const tally = new Tally(operation);
  const requests = Array.from({ length: keys === 'hot' ? 1 : operation.keys }, (_, key) => ({
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: bodyOf(operation, key),
    onResponse: (status: number, body: string) => tally.take(key, status, body),
  }));
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections,
        timeout: TIMEOUT_S,
        ...('amount' in length ? { amount: length.amount } : { duration: length.seconds }),
        sampleInt: SAMPLE_INTERVAL_MS,
        setupClient: (client) =>
          client.setRequests(Array.from({ length: REQUESTS_A_CONNECTION }, () => pick(requests))),
      },
      (error, result) => {
        if (error) reject(error);
        else resolve(tally.result(result.errors));
      },
    );
    instance.on('response', (_client, _status, _bytes, ms) => tally.latencies.push(ms));
  });
}

function pick<T>(list: readonly T[]): T {
  const item = list[Math.floor(Math.random() * list.length)];
  if (item === undefined) throw new Error('an operation without requests');
  return item;
}

/** Counts of the answers so far. */
class Tally {
  readonly latencies: number[] = [];
  readonly #check: AnswerCheck;
  readonly #startedAt = performance.now();
  #lastAt = this.#startedAt;
  #wrong = 0;
  #firstWrong: string | undefined;
  #answerBytes = 0;

  constructor(operation: Operation) {
    this.#check = new AnswerCheck(operation);
  }

  take(key: number, status: number, body: string): void {
    this.#lastAt = performance.now();
    this.#answerBytes = body.length;
    if (this.#check.isRight(key, status, body)) return;
    this.#wrong += 1;
    this.#firstWrong ??= `key ${key}: ${status} ${body.slice(0, SHOWN_ANSWER)}`;
  }

  /** @param unanswered number of requests whose connection failed or that timed out */
  result(unanswered: number): LoadResult {
    const sorted = this.latencies.toSorted((a, b) => a - b);
    const firstWrong = this.#firstWrong ?? (unanswered > 0 ? 'no answer' : undefined);
    return {
      answers: sorted.length,
      wrong: this.#wrong + unanswered,
      ...(firstWrong !== undefined && { firstWrong }),
      seconds: (this.#lastAt - this.#startedAt) / 1000,
      p50Ms: percentile(sorted, 50),
      p99Ms: percentile(sorted, 99),
      answerBytes: this.#answerBytes,
    };
  }
}
