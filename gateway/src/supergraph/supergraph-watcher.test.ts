import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { readConfig } from '../configuration/environment.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { Generations } from './generations.ts';
import { watchSupergraph } from './supergraph-watcher.ts';
import { openInThread } from './testing/open-in-thread.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@shareable"])';
const text = (field: string, path: string) => `subgraphs:
  a: { routing_url: "http://127.0.0.1:1/", schema: { sdl: "type Query { ${field}: Int }" } }
gateway: { path: ${path} }
`;
const [WHOLE, HALF] = (() => {
  const half = text('before', '/before').replace(/gateway.*\n/, '');
  const user = 'type Query { before: Int @shareable other: Int user: User } type User { id: ID }';
  const other = `  b: { routing_url: "http://127.0.0.1:2/", schema: { sdl: '${LINK} ${user}' }, secret: ${'s'.repeat(16)} }\n`;
  const shareable = half.replace('"type Query { before: Int }"', `'${LINK} type Query { before: Int @shareable }'`);
  return [`${shareable}${other}gateway: { path: /before }\n`, shareable];
})();

async function watch(t: TestContext, first = text('before', '/before')) {
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  const write = (content: string) => writeFileSync(file, content);
  write(first);
  const { logger, lines } = recordLog();
  /** Called while the handler of a generation is opened, after the first. */
  let onOpen: (path: string) => Promise<void> = async () => {};
  const telemetry = new Telemetry(logger, () => undefined);
  const generations = new Generations({
    secret: undefined,
    logger,
    telemetry,
    openPlanner: openInThread,
    openHandler: async ({ settings }) => {
      await onOpen(settings.path);
      return { handle: () => {}, close: async () => {} };
    },
  });
  const config = readConfig({ SUPERGRAPH_FILE: file });
  const watcher = await watchSupergraph({ config, logger, generations, reloads: telemetry.counts.reloads });
  t.after(async () => {
    watcher.stop();
    await generations.stop();
  });
  const served = () => {
    const { settings, supergraph } = generations.current;
    return [settings.path, ...Object.keys(supergraph.operations.planner.apiSchema.getQueryType()?.getFields() ?? {})];
  };
  return {
    served,
    write,
    lines,
    onOpen: (listener: typeof onOpen) => {
      onOpen = listener;
    },
  };
}

test('settings and supergraph stay until all that serves them is built, and change together', async (t) => {
  const { onOpen, write, served, lines } = await watch(t);
  const seen: unknown[] = [];
  onOpen(async (path) => {
    for (let turns = 0; turns < 3; turns += 1) await turn();
    seen.push(path, served());
  });
  write(text('after', '/after'));
  while (served()[0] === '/before') await turn();
  assert.deepEqual(seen, ['/after', ['/before', 'before']]);
  assert.deepEqual(served(), ['/after', 'after']);
  await turn();
  assert.match(lines.at(-1)?.msg ?? '', /^the graph has changed/);
});

test('if the request handler can’t be built, settings and supergraph stay', async (t) => {
  const { onOpen, write, served, lines } = await watch(t);
  const { promise: refused, resolve } = Promise.withResolvers<void>();
  onOpen(async () => {
    setImmediate(resolve);
    throw new Error('no such thing');
  });
  write(text('after', '/after'));
  await refused;
  await turn();
  assert.deepEqual(served(), ['/before', 'before']);
  assert.match(lines.at(-1)?.msg ?? '', /the change is refused, the graph stays as it was/);
});

test('half a file, valid as it is, never takes effect while the file is being written', async (t) => {
  const { write, served, onOpen, lines } = await watch(t, WHOLE);
  const opened: string[] = [];
  onOpen(async (path) => void opened.push(path));
  for (let piece = 0; piece < 20; piece += 1) {
    write(HALF);
    await delay(120);
  }
  const before = served();
  write(WHOLE.replaceAll('/before', '/after'));
  while (served()[0] !== '/after') await delay(20);
  assert.deepEqual(opened, ['/after']);
  assert.deepEqual(served().slice(1), before.slice(1));
  await turn();
  assert.deepEqual(
    lines.filter(({ msg }) => msg?.includes('gone')),
    [],
  );
});

test('a change that is logged says which settings changed, and shows no secret', async (t) => {
  const whole = WHOLE.replace('127.0.0.1:1/', '127.0.0.1:1/?key=sesame');
  const { write, lines, served } = await watch(t, whole);
  assert.match(lines.at(-1)?.msg ?? '', /^the graph is a at http:\/\/127\.0\.0\.1:1\/\?\*\*\*, b at /);
  const limits = ', limits: { max_depth: 7 }, traffic_shaping: { rate_limit: { capacity: 9, interval: 1s } } }';
  write(whole.replace('/before }', `/after${limits}`).replace('s'.repeat(16), 'S'.repeat(16)));
  while (served()[0] !== '/after') await delay(20);
  await turn();
  const changes = [
    'subgraphs.b.secret: changed, "***"',
    'gateway.path: /before → /after',
    'gateway.limits.max_depth: 15 → 7',
    'gateway.traffic_shaping.rate_limit.capacity: off → 9',
    'gateway.traffic_shaping.rate_limit.interval: off → 1s',
  ];
  assert.equal(lines.at(-1)?.msg, `the graph has changed: ${changes.join('; ')}`);
});

test('warns of subgraphs that are gone, and says what the API lost', async (t) => {
  const { write, lines, served } = await watch(t, WHOLE);
  write(HALF);
  while (served().length > 2) await delay(20);
  await turn();
  const [changed, gone] = lines.slice(-2);
  assert.equal(changed?.msg, 'the graph has changed: subgraphs.b: removed; gateway.path: /before → /graphql');
  assert.deepEqual(
    [gone?.level, gone?.msg],
    [40, 'subgraphs are gone from the graph: b. The API lost the fields Query.other, Query.user, and the types User.'],
  );
});
