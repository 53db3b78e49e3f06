import type { Logger } from '@lockstep/runtime/logging.ts';
import type { RedisSettings } from '../../../configuration/sections/response-cache.ts';
import { Membership } from './membership.ts';
import { membershipLog } from './membership-log.ts';
import { type Clock, RedisStore } from './redis-store.ts';

/** Version of what is stored: gateways that write otherwise share nothing. */
const VERSION = 1;

/**
 * Opens the store in Redis, which need not be reached yet.
 *
 * @returns the store, and a promise that resolves with true once Redis answers, or with false if it is not there at first
 */
export function openRedisStore(settings: RedisSettings, logger: Logger, clock?: Clock) {
  const { url, fetchTimeoutMs, invalidateTimeoutMs } = settings;
  const namespace = `${settings.namespace}:response_cache:${VERSION}`;
  const { promise: answers, resolve } = Promise.withResolvers<boolean>();
  const log = membershipLog(logger, resolve);
  const membership = new Membership({ url, namespace, fetchTimeoutMs, invalidateTimeoutMs, log });
  return { store: new RedisStore(membership, namespace, clock), answers };
}
