import type { Logger } from '@lockstep/runtime/logging.ts';
import { type RedisState, redisStates } from '../../../redis/redis-states.ts';

/** Events that are logged. */
export interface MembershipLog extends RedisState {
  onUp(): void;
  onDown(error: unknown): void;
  onNewGeneration(): void;
  onClose(): void;
}

/** Returns a log that has an outage once, and its end. @param noteFirst called with the first news, and all later ones */
export function membershipLog(logger: Logger, noteFirst: (isUp: boolean) => void): MembershipLog {
  let isUp: boolean | undefined;
  const log: MembershipLog = {
    use: 'response_cache',
    get isUp() {
      return isUp === true;
    },
    onUp() {
      noteFirst(true);
      if (isUp === undefined) logger.info('Redis answers: the response cache is shared');
      else if (!isUp) logger.info('Redis answers again: the response cache is in use');
      isUp = true;
    },
    onDown(error) {
      noteFirst(false);
      if (isUp !== false)
        logger.warn({ err: error }, 'Redis does not answer: nothing is read from the response cache, or stored');
      isUp = false;
    },
    onNewGeneration() {
      logger.info(
        'The response cache in Redis begins anew: it was emptied, or a gateway that shares it could not be reached',
      );
    },
    onClose() {
      redisStates.delete(log);
    },
  };
  redisStates.add(log);
  return log;
}
