import { z } from 'zod';
import type { RedisTime } from './lease.ts';

const stateReply = z.tuple([z.number(), z.instanceof(Buffer), z.number(), z.number()]).rest(z.unknown());

/** State of the store in Redis, as this process saw it last. */
export interface SharedState extends RedisTime {
  readonly generation: string;
  /** Number of drops in this generation. */
  readonly epoch: number;
  /** Time of this process before which nothing is read or stored. */
  readonly opensAt: number;
}

/** Reads the reply of any script. @throws if it isn't one */
export function readReply(reply: unknown): { readonly state: SharedState; readonly rest: readonly unknown[] } {
  const [redisNow, name, epoch, opens, ...rest] = stateReply.parse(reply);
  const receivedAt = performance.now();
  const opensAt = receivedAt + opens - redisNow;
  return { state: { generation: name.toString('latin1'), epoch, redisNow, receivedAt, opensAt }, rest };
}
