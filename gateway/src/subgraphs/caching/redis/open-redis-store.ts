import type { Logger } from '@lockstep/runtime/logging.ts';
import type { RedisSettings } from '../../../configuration/sections/response-cache.ts';
import { Membership, type MembershipLog } from './membership.ts';
import { type Clock, RedisStore } from './redis-store.ts';

/** Version of what is stored: gateways that write otherwise share nothing. */
const VERSION = 1;

/** Opens the store in Redis, which need not be reached yet. */
export function openRedisStore(settings: RedisSettings, logger: Logger, clock?: Clock) {
  const { url, fetchTimeoutMs, invalidateTimeoutMs } = settings;
  const namespace = `${settings.namespace}:response_cache:${VERSION}`;
  const log = membershipLog(logger);
  const membership = new Membership({ url, namespace, fetchTimeoutMs, invalidateTimeoutMs, log });
  return { store: new RedisStore(membership, namespace, clock), joined: membership.joined() };
}

/** Logs an outage once, and its end. */
function membershipLog(logger: Logger): MembershipLog {
  let isUp: boolean | undefined;
  return {
    onUp() {
      if (isUp === undefined) logger.info('Redis answers: the response cache is shared');
      else if (!isUp) logger.info('Redis answers again: the response cache is in use');
      isUp = true;
    },
    onDown(error) {
      if (isUp !== false)
        logger.warn({ err: error }, 'Redis does not answer: nothing is read from the response cache, or stored');
      isUp = false;
    },
    onNewGeneration() {
      logger.info(
        'The response cache in Redis begins anew: it was emptied, or a gateway that shares it could not be reached',
      );
    },
  };
}
