import { z } from 'zod';
import { redisUrl, timeLimit, wholeNumber } from '../values.ts';
import { redisServer } from './redis.ts';

const HEADER_RULE = 'give the name of a header, such as x-forwarded-for';

/** `gateway.traffic_shaping.rate_limit` */
export const rateLimit = z
  .strictObject({
    capacity: wholeNumber(1).describe('Maximum number of requests of one client in an interval.'),
    interval: timeLimit.describe("Length of the interval, which begins with the client's first request."),
    key: z
      .strictObject({
        header: z
          .string(HEADER_RULE)
          .regex(/^[\w-]+$/, HEADER_RULE)
          .describe('Header that identifies the client; the last element of a list counts.'),
        address_capacity: wholeNumber(1)
          .optional()
          .describe(
            'Maximum number of requests of one address in an interval, whatever it sends in the header. Off if unset.',
          ),
      })
      .optional()
      .describe('Identity of a client. Without it, the address it calls from.'),
    redis: z
      .strictObject({ url: redisUrl.describe('URL of the Redis server.'), namespace: redisServer.namespace })
      .optional()
      .describe('Redis server that counts for all processes. Without it, each process counts for itself.'),
  })
  .transform(({ capacity, interval, key, redis }) => ({
    capacity,
    intervalMs: interval,
    ...(key && { keyHeader: key.header.toLowerCase() }),
    ...(key?.address_capacity !== undefined && { addressCapacity: key.address_capacity }),
    ...(redis && { redis }),
  }));

/** Limit on the requests of one client. */
export interface RateLimitSettings {
  /** Maximum number of requests in an interval, which begins with the client's first request. */
  readonly capacity: number;
  readonly intervalMs: number;
  /** Header that identifies the client, in lower case. If unset, its address does. */
  readonly keyHeader?: string;
  /** Maximum number of requests of one address in an interval, whatever its keys. */
  readonly addressCapacity?: number;
  /** Redis server that counts for all processes of a namespace. */
  readonly redis?: SharedCountSettings;
}

/** Redis server, and the beginning of the keys that the counts have there. */
export interface SharedCountSettings {
  readonly url: string;
  readonly namespace: string;
}
