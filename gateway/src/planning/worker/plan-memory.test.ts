import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { parse } from 'graphql';
import { openPlanner } from './open-planner.ts';

const MB = 1024 * 1024;
const FIELDS = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'];
/** Three subgraphs share the fields, so that each may come from any of them; a fourth one has no field but the key. */
const SCHEMAS = ['a', 'b', 'c'].map((name) => ({
  ...{ name, routingUrl: `http://${name}.test/`, origin: `sdl of ${name}` },
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    type Query { t: T @shareable }
    type T @key(fields: "id") { id: ID! only${name}: Int ${FIELDS.map((field) => `${field}: Int @shareable`).join(' ')} }`,
}));
SCHEMAS.push({
  ...{ name: 'root', routingUrl: 'http://root.test/', origin: 'sdl of root' },
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { root: T }
    type T @key(fields: "id") { id: ID! }`,
});
const ALIASES = Array.from({ length: 20 }, (_, index) => `r${index}: root { onlya onlyb onlyc }`);

test('the garbage of planning takes at most 130 MB', async () => {
  const { signal } = new AbortController();
  const limits = { timeoutMs: 60_000, heapBytes: 512 * MB };
  const planner = await openPlanner(SCHEMAS, limits, recordLog().logger, signal);
  after(() => planner.close());
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  after(() => clearInterval(watch));
  await planner.plan({ document: parse(`{ ${ALIASES} root { onlya onlyb onlyc ${FIELDS} } }`), client: 'a client' });
  const added = (peak - before) / MB;
  assert.ok(added < 130, `${added.toFixed()} MB`);
});
