import { z } from 'zod';
import { duration, timeLimit, wholeNumber } from '../values.ts';

const FRACTION_RULE = 'give a number from 0 to 1, such as 0.2';
const fraction = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^[\d.]+$/)
        .transform(Number),
    ],
    { error: FRACTION_RULE },
  )
  .refine((value) => value >= 0 && value <= 1, FRACTION_RULE);

/** `subgraphs.NAME.retry` */
export const retry = z
  .strictObject({
    max_attempts: wholeNumber(1).default(3).describe('Maximum number of attempts, the first one included.'),
    interval: duration.prefault('50ms').describe('Pause before the second attempt; doubled before each further one.'),
    budget: fraction.prefault(0.2).describe('Overall number of retries allowed per call.'),
  })
  .transform(({ max_attempts, interval, budget }) => ({ maxAttempts: max_attempts, intervalMs: interval, budget }));

/** Retries of failed queries. */
export interface RetrySettings {
  /** Maximum number of attempts, the first one included. */
  readonly maxAttempts: number;
  /** Pause before the second attempt, doubled before each further one. */
  readonly intervalMs: number;
  /** Overall number of retries per call: 0.2 is one retry for five calls. */
  readonly budget: number;
}

/** A breaker has a byte for each call that it remembers, and this is longer than any breaker should wait. */
const MAX_CALLS = 100_000;

/** `subgraphs.NAME.circuit_breaker` */
export const circuitBreaker = z
  .strictObject({
    error_threshold_percentage: wholeNumber(1, 100)
      .default(50)
      .describe('Percentage of failed calls at which the breaker opens.'),
    request_threshold: wholeNumber(1, MAX_CALLS)
      .default(20)
      .describe('Number of most recent calls that the percentage is taken of.'),
    sleep_window: timeLimit.prefault('5s').describe('How long the breaker stays open before a probe is let through.'),
  })
  .transform(({ error_threshold_percentage, request_threshold, sleep_window }) => ({
    errorThresholdPercentage: error_threshold_percentage,
    requestThreshold: request_threshold,
    sleepWindowMs: sleep_window,
  }));

/** Thresholds of a circuit breaker. */
export interface CircuitBreakerSettings {
  /** Percentage of failed calls at which the breaker opens. */
  readonly errorThresholdPercentage: number;
  /** Number of most recent calls that the percentage is taken of. The breaker stays closed until there were so many. */
  readonly requestThreshold: number;
  /** Time that the breaker stays open before it lets a probe through. */
  readonly sleepWindowMs: number;
}
