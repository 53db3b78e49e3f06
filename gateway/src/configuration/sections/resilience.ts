import { z } from 'zod';
import { duration, wholeNumber } from '../values.ts';

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

/** Whether and how queries that failed are sent again. */
export interface RetrySettings {
  /** Maximum number of attempts, the first one included. */
  readonly maxAttempts: number;
  /** How long to wait before the second attempt; twice as long before each further one. */
  readonly intervalMs: number;
  /** How many further attempts there may be for each call, on the whole: 0.2 is one for five calls. */
  readonly budget: number;
}

const PERCENTAGE_RULE = 'give a whole number from 1 to 100';

/** `subgraphs.NAME.circuit_breaker` */
export const circuitBreaker = z
  .strictObject({
    error_threshold_percentage: wholeNumber(1)
      .refine((value) => value <= 100, PERCENTAGE_RULE)
      .default(50)
      .describe('Percentage of failed calls at which the breaker opens.'),
    request_threshold: wholeNumber(1)
      .default(20)
      .describe('Number of most recent calls that the percentage is taken of.'),
    sleep_window: duration.prefault('5s').describe('How long the breaker stays open before a probe is let through.'),
  })
  .transform(({ error_threshold_percentage, request_threshold, sleep_window }) => ({
    errorThresholdPercentage: error_threshold_percentage,
    requestThreshold: request_threshold,
    sleepWindowMs: sleep_window,
  }));

/** When a subgraph that fails isn't asked any more. */
export interface CircuitBreakerSettings {
  /** Percentage of failed calls at which the breaker opens. */
  readonly errorThresholdPercentage: number;
  /** How many calls are the last ones; before there were so many it doesn't open. */
  readonly requestThreshold: number;
  /** How long it stays open before one call is let through to see whether the subgraph is back. */
  readonly sleepWindowMs: number;
}
