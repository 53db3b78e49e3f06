import { existsSync } from 'node:fs';
import type { PersistedOperation } from '@lockstep/gateway/configuration/sections/persisted-queries.ts';
import type { FieldUsageSettings } from '@lockstep/gateway/configuration/sections/telemetry.ts';
import type { GatewaySettings } from '@lockstep/gateway/configuration/settings-schema.ts';
import { coordinatesOf } from '@lockstep/gateway/telemetry/usage/coordinates.ts';
import { type RecordedUses, UsesInFile } from '@lockstep/gateway/telemetry/usage/recorded-uses.ts';
import { readUsesInRedis } from '@lockstep/gateway/telemetry/usage/uses-in-redis.ts';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { CommandError } from '../terminal/command.ts';
import type { Affected } from './affected.ts';
import { hasUses, type Period } from './report.ts';
import type { User } from './verdicts.ts';

const MANIFEST = 'persisted_queries';

/** Known uses of a schema. */
export interface KnownUses {
  readonly period: Period;
  /** Undefined if nothing was recorded in the period: a gateway that doesn't record must not make changes seem safe. */
  readonly usersOf: ((affected: Affected) => User[]) | undefined;
}

/**
 * Opens what the gateway recorded, and adds the operations of its manifests, which count as used.
 *
 * @throws {CommandError} if they can't be read
 */
export async function readUses(settings: GatewaySettings, schema: GraphQLSchema, days: number): Promise<KnownUses> {
  const recorded = await openRecord(settings.telemetry.fieldUsage);
  const period = { days, since: recorded?.since, until: recorded?.until };
  if (!recorded || !hasUses(period)) return { period, usersOf: undefined };
  const listed = settings.persistedQueries.operations.map((operation) => toListed(operation, schema));
  return {
    period,
    usersOf: (affected) => [
      ...recorded.of(affected, days),
      ...listed.flatMap(({ id, coordinates }) =>
        coordinates.some(affected) ? [{ client: MANIFEST, operation: id }] : [],
      ),
    ],
  };
}

async function openRecord({ file, redis }: Partial<FieldUsageSettings> = {}): Promise<RecordedUses | undefined> {
  try {
    if (redis) return await readUsesInRedis(redis);
    return file !== undefined && existsSync(file) ? new UsesInFile(file) : undefined;
  } catch (error) {
    const place = redis ? 'The Redis of gateway.telemetry.field_usage' : file;
    throw new CommandError(`${place} can't be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** An operation that the schema doesn't even have now uses nothing of it. */
function toListed({ id, body }: PersistedOperation, schema: GraphQLSchema) {
  const document = parse(body);
  const isValid = validate(schema, document).length === 0;
  return { id, coordinates: isValid ? coordinatesOf(schema, document, undefined) : [] };
}
