import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { readConfig } from '../configuration/environment.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { followSupergraph } from './supergraph-watcher.ts';

const text = (field: string, path: string) => `subgraphs:
  a: { routing_url: "http://127.0.0.1:1/", schema: { sdl: "type Query { ${field}: Int }" } }
gateway: { path: ${path} }
`;

/** A change of a file is seen by then. */
const SEEN_WITHIN_MS = 1500;

async function follow(t: TestContext) {
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  const write = (field: string, path: string) => writeFileSync(file, text(field, path));
  /** Again and again, because what is written before the file is first looked at is no change. */
  const keepWriting = (field: string, path: string) => {
    const writing = setInterval(write, 100, field, path);
    t.after(() => clearInterval(writing));
  };
  write('before', '/before');
  const { logger, lines } = recordLog();
  const followed = await followSupergraph(readConfig({ SUPERGRAPH_FILE: file }), logger, new Telemetry(logger));
  t.after(async () => {
    followed.stop();
    await followed.handover.stop();
  });
  const fields = () =>
    Object.keys(followed.handover.current.operations.planner.apiSchema.getQueryType()?.getFields() ?? {});
  return { followed, keepWriting, fields, lines };
}

test('until the settings are ready nothing has changed, and then the supergraph has in the same step', async (t) => {
  const { followed, keepWriting, fields } = await follow(t);
  const seen: unknown[] = [];
  const { promise: adopted, resolve } = Promise.withResolvers<void>();
  followed.onChange(async ({ path }, supergraph) => {
    for (let turns = 0; turns < 3; turns += 1) await turn();
    seen.push(path, fields(), followed.settings().path);
    return () => {
      seen.push(fields());
      queueMicrotask(() => seen.push(fields(), followed.handover.current === supergraph));
      resolve();
    };
  });
  keepWriting('after', '/after');
  await adopted;
  await turn();
  assert.deepEqual(seen, ['/after', ['before'], '/before', ['before'], ['after'], true]);
  assert.equal(followed.settings().path, '/after');
});

test('where the settings can not be taken, the supergraph stays too', async (t) => {
  const { followed, keepWriting, fields, lines } = await follow(t);
  const { promise: refused, resolve } = Promise.withResolvers<void>();
  followed.onChange(async () => {
    setImmediate(resolve);
    throw new Error('no such thing');
  });
  keepWriting('after', '/after');
  await refused;
  await turn();
  assert.deepEqual([fields(), followed.settings().path], [['before'], '/before']);
  assert.match(lines.at(-1)?.msg ?? '', /the change is refused, the graph stays as it was/);
});

test('a change that comes before there is somebody to prepare for it waits for that', async (t) => {
  const { followed, keepWriting, fields } = await follow(t);
  keepWriting('after', '/after');
  await delay(SEEN_WITHIN_MS);
  assert.deepEqual(fields(), ['before']);
  const { promise: adopted, resolve } = Promise.withResolvers<string>();
  followed.onChange(
    async ({ path }) =>
      () =>
        resolve(path),
  );
  assert.equal(await adopted, '/after');
});
