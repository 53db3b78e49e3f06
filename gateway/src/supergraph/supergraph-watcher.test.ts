import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { readConfig } from '../configuration/environment.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { Generations } from './generations.ts';
import { watchSupergraph } from './supergraph-watcher.ts';
import { openInThread } from './testing/open-in-thread.ts';

const text = (field: string, path: string) => `subgraphs:
  a: { routing_url: "http://127.0.0.1:1/", schema: { sdl: "type Query { ${field}: Int }" } }
gateway: { path: ${path} }
`;

async function watch(t: TestContext) {
  let writing: NodeJS.Timeout | undefined;
  t.after(() => clearInterval(writing)); // before the folder is removed, which could fail otherwise
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  const write = (field: string, path: string) => writeFileSync(file, text(field, path));
  /** Again and again, because what is written before the file is first looked at is no change. */
  const keepWriting = (field: string, path: string) => {
    writing = setInterval(write, 100, field, path);
  };
  write('before', '/before');
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
    keepWriting,
    lines,
    onOpen: (listener: typeof onOpen) => {
      onOpen = listener;
    },
  };
}

test('settings and supergraph stay until all that serves them is built, and change together', async (t) => {
  const { onOpen, keepWriting, served, lines } = await watch(t);
  const seen: unknown[] = [];
  onOpen(async (path) => {
    for (let turns = 0; turns < 3; turns += 1) await turn();
    seen.push(path, served());
  });
  keepWriting('after', '/after');
  while (served()[0] === '/before') await turn();
  assert.deepEqual(seen, ['/after', ['/before', 'before']]);
  assert.deepEqual(served(), ['/after', 'after']);
  await turn();
  assert.match(lines.at(-1)?.msg ?? '', /^the graph has changed/);
});

test('if the request handler can’t be built, settings and supergraph stay', async (t) => {
  const { onOpen, keepWriting, served, lines } = await watch(t);
  const { promise: refused, resolve } = Promise.withResolvers<void>();
  onOpen(async () => {
    setImmediate(resolve);
    throw new Error('no such thing');
  });
  keepWriting('after', '/after');
  await refused;
  await turn();
  assert.deepEqual(served(), ['/before', 'before']);
  assert.match(lines.at(-1)?.msg ?? '', /the change is refused, the graph stays as it was/);
});
