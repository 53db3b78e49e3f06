/** State of a connection to Redis. */
export interface RedisState {
  /** Purpose of the connection, such as `rate_limit`. */
  readonly use: string;
  readonly isUp: boolean;
}

/** Connections of this process to Redis. Metrics tell which are up. */
export const redisStates = new Set<RedisState>();
