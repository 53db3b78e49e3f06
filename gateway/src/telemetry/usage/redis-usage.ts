import type { Logger } from '@lockstep/runtime/logging.ts';
import type { UsageRedisSettings } from '../../configuration/sections/telemetry.ts';
import { RedisLink } from '../../redis/redis-link.ts';
import {
  DAYS_KEPT,
  dayBefore,
  dayOf,
  FORGOTTEN_EACH,
  MAX_BYTES,
  MAX_CLIENTS,
  type OperationUses,
  OTHERS,
  ROW_BYTES,
  type UsageStore,
} from './usage-store.ts';

/** Nobody waits for it but the next write. */
const TIMEOUT_MS = 2000;

/** Fields that are written at once, or those of one client. */
const MAX_FIELDS = 1000;

const LOG = {
  up: 'uses of the schema are counted for all gateways together',
  down: 'Redis does not answer: uses of the schema are not counted',
};

/**
 * Adds uses. Returns the keys of operations whose coordinates it needs, of which it adds nothing.
 *
 * - `since`: first day. `clients`: their names. `last`: operations by the day of their last use. `sizes`, `bytes`: what each takes,
 *   and all of them.
 * - `operation:` and its key: `name`, `coordinates`, and by client `use …` (count, first and last day) and `given …` (first and last
 *   day of a coordinate).
 */
const ADD = `
local prefix, today, oldest, maximum, kept = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function score(day) return tonumber((string.gsub(day, '-', ''))) end
local function client_of(name)
  local clients = prefix .. ':clients'
  if redis.call('sismember', clients, name) == 1 then return name end
  if redis.call('scard', clients) >= ${MAX_CLIENTS} then return '${OTHERS}' end
  redis.call('sadd', clients, name)
  return name
end
local function put(key, field, value)
  return redis.call('hset', key, field, value) * (#field + #value + ${ROW_BYTES})
end
local function forget_size(operation)
  local size = tonumber(redis.call('hget', prefix .. ':sizes', operation) or 0)
  redis.call('hincrby', prefix .. ':bytes', 'all', 0 - size)
  redis.call('hdel', prefix .. ':sizes', operation)
end
local missing = {}
local operations = cjson.decode(ARGV[5])
for _, operation in ipairs(operations) do
  local key = prefix .. ':operation:' .. operation.key
  local bytes = 0
  if redis.call('hexists', key, 'coordinates') == 0 then
    if operation.coordinates then
      forget_size(operation.key)
      bytes = put(key, 'coordinates', operation.coordinates) + #operation.key
      if operation.name then put(key, 'name', operation.name) end
    else
      missing[#missing + 1] = operation.key
    end
  end
  if missing[#missing] ~= operation.key then
    for _, uses in ipairs(operation.clients) do
      local client = client_of(uses.client)
      local count, first = string.match(redis.call('hget', key, 'use ' .. client) or '', '^(%d+) (%S+)')
      bytes = bytes + put(key, 'use ' .. client, (count or 0) + uses.count .. ' ' .. (first or today) .. ' ' .. today)
      for _, coordinate in ipairs(uses.given) do
        local field = 'given ' .. coordinate .. ' ' .. client
        local since = string.match(redis.call('hget', key, field) or '', '^%S+') or today
        bytes = bytes + put(key, field, since .. ' ' .. today)
      end
    end
    redis.call('zadd', prefix .. ':last', score(today), operation.key)
    redis.call('hincrby', prefix .. ':sizes', operation.key, bytes)
    redis.call('hincrby', prefix .. ':bytes', 'all', bytes)
    redis.call('expire', key, kept)
  end
end
redis.call('set', prefix .. ':since', today, 'nx')
for _ = 1, ${FORGOTTEN_EACH} * (#operations + 1) do
  local least = redis.call('zrange', prefix .. ':last', 0, 0, 'withscores')
  local total = tonumber(redis.call('hget', prefix .. ':bytes', 'all') or 0)
  if not least[1] or (total <= maximum and tonumber(least[2]) >= score(oldest)) then break end
  redis.call('zrem', prefix .. ':last', least[1])
  forget_size(least[1])
  redis.call('unlink', prefix .. ':operation:' .. least[1])
end
for _, name in ipairs({ 'since', 'clients', 'last', 'sizes', 'bytes' }) do redis.call('expire', prefix .. ':' .. name, kept) end
return missing`;

/** Returns the beginning of the keys of uses. */
export function usagePrefix(namespace: string): string {
  return `${namespace}:field_usage:1`;
}

/** Uses of the operations of all gateways, in Redis. It has no text of an operation and no value. What comes while it is lost is lost. */
export class RedisUsage implements UsageStore {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #maxBytes: number;

  constructor({ url, namespace }: UsageRedisSettings, logger: Logger, maxBytes = MAX_BYTES) {
    this.#link = new RedisLink({ url, timeoutMs: TIMEOUT_MS, use: 'field_usage', log: LOG }, logger);
    this.#prefix = usagePrefix(namespace);
    this.#maxBytes = maxBytes;
  }

  async add(operations: readonly OperationUses[], now = new Date()): Promise<void> {
    for (const some of inParts(operations)) {
      const missing = await this.#send(
        some.map(({ coordinates, ...known }) => known),
        now,
      );
      const keys = new Set(Array.isArray(missing) ? missing.map(String) : []);
      const unknown = some.filter(({ key }) => keys.has(key));
      if (unknown.length === 0) continue;
      const whole = unknown.map((uses) => ({ ...uses, coordinates: JSON.stringify(uses.coordinates()) }));
      await this.#send(whole, now);
    }
  }

  close(): void {
    this.#link.close();
  }

  #send(operations: readonly object[], now: Date): Promise<unknown> {
    const given = [dayOf(now), dayBefore(now, DAYS_KEPT), String(this.#maxBytes), String(DAYS_KEPT * 24 * 3600)];
    return this.#link.run(['EVAL', ADD, '1', this.#prefix, ...given, JSON.stringify(operations)]);
  }
}

/** Divides uses into parts that each write a bounded number of fields, because Redis does nothing else meanwhile. */
function inParts(operations: readonly OperationUses[]): OperationUses[][] {
  const parts: OperationUses[][] = [];
  let fields = MAX_FIELDS;
  for (const operation of operations) {
    for (const client of operation.clients) {
      fields += 1 + client.given.length;
      if (fields > MAX_FIELDS) {
        parts.push([]);
        fields = 1 + client.given.length;
      }
      parts.at(-1)?.push({ ...operation, clients: [client] });
    }
  }
  return parts;
}
