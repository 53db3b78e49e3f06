import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AnswerError, ask } from '../harness/client.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

/** A third-party subgraph whose errors reveal too much. */
const extensions = { code: 'SHELF_LOCKED', host: 'db1.internal', stacktrace: ['at /srv/shelf.js:1'] };
const ERROR = { message: 'select * from shelf: db1.internal is locked', path: ['shelf'], extensions };
const subgraph = createServer((_request, response) => {
  response
    .setHeader('content-type', 'application/json')
    .end(JSON.stringify({ data: { shelf: null }, errors: [ERROR] }));
});
await new Promise<void>((resolve) => subgraph.listen(0, '127.0.0.1', resolve));
after(() => subgraph.close());

const file = join(await temporaryFolder({ after }), 'supergraph.yaml');
let version = 0;

/** Writes settings for the subgraph. Resolves with a path that exists once they are in force. */
async function configure(gateway: string, codes = '[]', extensions = '[]'): Promise<string> {
  version += 1;
  await replace(
    file,
    `subgraphs:
  shelves:
    routing_url: http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/graphql
    schema: { sdl: "type Query { shelf: String }" }
    error_codes: ${codes}
    error_extensions: ${extensions}
gateway:
  health_check: { ready: /ready/${version} }
  include_subgraph_errors: ${gateway}
`,
  );
  return `/ready/${version}`;
}

await configure('{}');
const gateway = await start({ after }, 'gateway', { SUPERGRAPH_FILE: file });

async function errorUnder(settings: string, codes?: string, shown?: string): Promise<AnswerError | undefined> {
  const ready = new URL(await configure(settings, codes, shown), gateway.url);
  await until(
    () => fetch(ready).then(({ status }) => status),
    (status) => status === 200,
  );
  const { data, errors } = await ask(gateway.url, '{ shelf }');
  assert.deepEqual(data, { shelf: null });
  return errors?.[0];
}

const MASKED = 'Internal server error';

test('false, the default: gives the client a code and an id, and logs the error under that id', async () => {
  for (const settings of ['{}', '{ all: false }', '{ all: true, shelves: false }']) {
    const error = await errorUnder(settings);
    const id = error?.extensions.id;
    assert.deepEqual(error, { message: MASKED, path: ['shelf'], extensions: { code: 'INTERNAL_SERVER_ERROR', id } });
    const { level, err } = await gateway.logged((line) => line.id === id);
    assert.equal(level, 'error');
    for (const part of [ERROR.message, 'SHELF_LOCKED', 'db1.internal', 'at /srv/shelf.js:1', 'shelves']) {
      assert.ok(JSON.stringify(err).includes(part), `${part} is in ${JSON.stringify(err)}`);
    }
  }
});

test('false: passes a code that the subgraph lists', async () => {
  assert.equal((await errorUnder('{ all: false }', '[SHELF_LOCKED]'))?.message, ERROR.message);
  assert.equal((await errorUnder('{ all: false }', '[OTHER]'))?.message, MASKED);
});

test('false: shows extensions that the subgraph lists, and no others', async () => {
  assert.deepEqual(await errorUnder('{}', '[SHELF_LOCKED]'), { ...ERROR, extensions: { code: 'SHELF_LOCKED' } });
  const listed = { code: 'SHELF_LOCKED', host: 'db1.internal' };
  assert.deepEqual(await errorUnder('{}', '[SHELF_LOCKED]', '[host]'), { ...ERROR, extensions: listed });
});

test('true: passes errors unchanged', async () => {
  for (const settings of ['{ all: true }', '{ all: false, shelves: true }']) {
    assert.deepEqual(await errorUnder(settings), ERROR);
  }
});
