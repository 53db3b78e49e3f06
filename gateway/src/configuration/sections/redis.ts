import { z } from 'zod';
import { redisUrl, timeLimit } from '../values.ts';

const NAMESPACE_RULE = 'give letters, digits, and any of _ - . :';

/** Keys of every Redis server that state is shared in, named as in Apollo Router. */
export const redisServer = {
  urls: z
    .array(redisUrl)
    .length(1, 'give one address: the state is on one server')
    .describe('URL of the Redis server, in a list as in other gateways.'),
  namespace: z
    .string(NAMESPACE_RULE)
    .regex(/^[\w.:-]+$/, NAMESPACE_RULE)
    .prefault('lockstep')
    .describe('Beginning of all keys. Gateways with the same one share what is stored.'),
};

/** Longest time that a request waits for Redis. */
export const redisTimeout = timeLimit.prefault('100ms');
