import { createClient } from '@redis/client';
import type { UsageRedisSettings } from '../../configuration/sections/telemetry.ts';
import type { RecordedUses, Use } from './recorded-uses.ts';
import { usagePrefix } from './redis-usage.ts';
import { dayBefore } from './usage-store.ts';

const CONNECT_TIMEOUT_MS = 2000;

/** Number of operations that are read at once. */
const BATCH = 200;

/** An operation as Redis has it. */
type Fields = Readonly<Record<string, string>>;

/** Reads what gateways have recorded in Redis. @throws if it can't be read */
export async function readUsesInRedis({ url, namespace }: UsageRedisSettings): Promise<RecordedUses> {
  const socket = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: CONNECT_TIMEOUT_MS,
    reconnectStrategy: false,
  } as const;
  const client = createClient({ url, socket });
  client.on('error', () => {}); // the commands reject
  try {
    await client.connect();
    const prefix = usagePrefix(namespace);
    const keys = await client.zRange(`${prefix}:last`, 0, -1);
    const operations: Fields[] = [];
    for (let start = 0; start < keys.length; start += BATCH) {
      const some = keys.slice(start, start + BATCH).map((key) => client.hGetAll(`${prefix}:operation:${key}`));
      operations.push(...(await Promise.all(some)));
    }
    const since = (await client.get(`${prefix}:since`)) ?? undefined;
    const [latest] = await client.zRangeWithScores(`${prefix}:last`, -1, -1);
    return {
      since,
      until: latest && toDay(latest.score),
      of: (isUsed, days) => usesOf(operations, isUsed, dayBefore(new Date(), days)),
    };
  } finally {
    client.destroy();
  }
}

/** Returns the day that a score is made of, such as 20261130. */
function toDay(score: number): string {
  return String(score).replace(/^(....)(..)(..)$/, '$1-$2-$3');
}

function usesOf(operations: readonly Fields[], isUsed: (coordinate: string) => boolean, from: string): Use[] {
  return operations.flatMap((fields) => {
    const { name: operation, coordinates = '[]' } = fields;
    const isOfText: boolean = JSON.parse(coordinates).some(isUsed);
    const given = givenIn(fields, isUsed, from);
    return Object.entries(fields).flatMap(([field, value]) => {
      const client = /^use (.*)$/s.exec(field)?.[1];
      const [count, first = '', last = ''] = value.split(' ');
      if (client === undefined) return [];
      const days = given.get(client) ?? (isOfText && last >= from ? { first, last } : undefined);
      return days ? [{ client, operation, count: Number(count), ...days }] : [];
    });
  });
}

/** Returns the days on which clients gave any of the coordinates in variables. */
function givenIn(fields: Fields, isUsed: (coordinate: string) => boolean, from: string) {
  const days = new Map<string, { first: string; last: string }>();
  for (const [field, value] of Object.entries(fields)) {
    const [, coordinate, client] = /^given (\S+) (.*)$/s.exec(field) ?? [];
    const [first = '', last = ''] = value.split(' ');
    if (coordinate !== undefined && client !== undefined && last >= from && isUsed(coordinate))
      days.set(client, { first, last });
  }
  return days;
}
