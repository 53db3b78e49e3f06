import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { demandControl } from './demand-control.ts';
import { limits } from './limits.ts';
import { apq, persistedQueries } from './persisted-queries.ts';

const sections = z.strictObject({
  limits: limits.prefault({}),
  demand_control: demandControl.prefault({}),
  apq: apq.prefault({}),
  persisted_queries: persistedQueries.prefault({}),
});

test('enables limits and automatic persisted queries by default', () => {
  assert.deepEqual(sections.parse({}), {
    limits: {
      maxDepth: 15,
      maxAliases: 30,
      maxRootFields: 20,
      maxDirectives: 20,
      maxTokens: 15_000,
      maxObjects: 50_000,
      maxBytes: 10 * 1024 * 1024,
      maxBodyBytes: 2 * 1024 * 1024,
      maxBytesInFlight: undefined,
      planningTimeoutMs: 1000,
      planningHeapBytes: 1024 * 1024 * 1024,
      warnOnly: false,
    },
    demand_control: undefined,
    apq: { enabled: true, redis: undefined },
    persisted_queries: { safelist: undefined, localManifests: [], logUnknown: false, operations: [] },
  });
});

test('enforces demand control with a list size of 50 by default', () => {
  assert.deepEqual(demandControl.parse({ enabled: true, max_cost: 5000 }), {
    maxCost: 5000,
    listSize: 50,
    isEnforced: true,
  });
});

const WRONG: [key: string, value: unknown, says: string][] = [
  ['limits.max_depth', 0, 'give a whole number, 1 or more'],
  ['limits.max_aliases', -1, 'give a whole number, 0 or more'],
  ['limits.max_root_fields', 0, 'give a whole number, 1 or more'],
  ['limits.max_directives', 1.5, 'give a whole number, 0 or more'],
  ['limits.parser_max_tokens', 'many', 'give a whole number, 1 or more'],
  ['limits.http_max_request_bytes', '2 MB', 'give a size such as 512kb or 2mb'],
  ['limits.max_bytes', '0b', 'give a size of 1b or more'],
  ['limits.max_bytes', '9999999mb', 'give at most 1048576mb'],
  ['limits.planning_heap', '1mb', 'give 32mb or more'],
  ['limits.planning_timeout', '0s', 'give a duration of 1ms or more'],
  ['limits.planning_timeout', '40000m', 'give at most 35791m, which is 24 days'],
  ['limits.warn_only', 'maybe', 'give true or false'],
  ['demand_control.enabled', 'maybe', 'give true or false'],
  ['demand_control.max_cost', 0, 'give a whole number, 1 or more'],
  ['demand_control.list_size', 'long', 'give a whole number, 0 or more'],
  ['demand_control.mode', 'warn', 'give measure, which only counts, or enforce'],
  ['apq.enabled', 1, 'give true or false'],
  ['persisted_queries.log_unknown', 'yes', 'give true or false'],
  ['persisted_queries.local_manifests', 'a.json', 'give a list of paths'],
  ['persisted_queries.local_manifests.0', [1], 'give the path of a file'],
  ['persisted_queries.safelist.enabled', 'yes', 'give true or false'],
  ['persisted_queries.safelist.require_id', 'yes', 'give true or false'],
];

for (const [key, value, says] of WRONG) {
  test(`rejects ${key}: ${JSON.stringify(value)} with "${says}"`, () =>
    assert.deepEqual(mistakesOf(nest(key, value)), [[key, says]]));
}

const BESIDE_EACH_OTHER: [given: object, key: string, says: string][] = [
  [
    { demand_control: { enabled: true } },
    'demand_control.max_cost',
    'give the highest cost of an operation, such as 5000, or set enabled: false',
  ],
  [
    { persisted_queries: { safelist: { require_id: true } } },
    'persisted_queries.safelist.require_id',
    'needs enabled: true; set that too, or leave it out',
  ],
  [
    { persisted_queries: { safelist: { enabled: true } } },
    'persisted_queries.local_manifests',
    'without a manifest, the safelist refuses every operation; give at least one',
  ],
];

for (const [given, key, says] of BESIDE_EACH_OTHER) {
  test(`rejects ${JSON.stringify(given)} with "${says}"`, () => assert.deepEqual(mistakesOf(given), [[key, says]]));
}

function mistakesOf(given: object): [key: string, says: string][] {
  const { error } = sections.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);
}

/** Returns `{ a: { b: value } }` for `a.b`; the index of an element is left out. */
function nest(key: string, value: unknown): object {
  const names = key.split('.').filter((name) => !/^\d+$/.test(name));
  return names.reduceRight<object>(
    (inner, name, index) => ({ [name]: index === names.length - 1 ? value : inner }),
    {},
  );
}
