import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { ask, get } from '../harness/client.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { runScript } from '../harness/process.ts';
import { edit, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

const ONE = 'type Query { one: Int }';
const TWO = 'type Query { one: Int  two: Int }';

/** A subgraph that gives its schema to requests with the secret, once it is up. */
class Subgraph {
  readonly #server = createServer(async (request, response) => {
    const { query } = JSON.parse(await text(request));
    const isAskedForSchema = query === '{ _service { sdl } }';
    if (isAskedForSchema) this.asked += 1;
    if (!this.isUp || request.headers['x-subgraph-secret'] === undefined) response.statusCode = 503;
    const data = isAskedForSchema ? { _service: { sdl: this.sdl } } : { one: 1, two: 2 };
    response
      .setHeader('content-type', 'application/json')
      .end(response.statusCode === 503 ? 'starting' : JSON.stringify({ data }));
  });
  sdl = ONE;
  isUp = false;
  asked = 0;

  async listen(t: TestContext): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    t.after(() => this.#server.close());
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/graphql`;
  }
}

async function prepare(t: TestContext) {
  const subgraph = new Subgraph();
  const url = await subgraph.listen(t);
  const file = join(await temporaryFolder(t), 'supergraph.yaml');
  await replace(
    file,
    `subgraphs:\n  a:\n    routing_url: ${url}\n    schema: { subgraph_url: '${url}?key=sesame' }\n    timeout: 5s\n`,
  );
  return { subgraph, url, file };
}

test('waits for the schema, logs what it waits for, and serves it', async (t) => {
  const { subgraph, url, file } = await prepare(t);
  const starting = start(t, 'gateway', { SUPERGRAPH_FILE: file });
  await until(
    () => subgraph.asked,
    (asked) => asked >= 2,
  );
  subgraph.isUp = true;
  const gateway = await starting;
  assert.deepEqual(await get(gateway.url, '{ one }'), { one: 1 });
  const told = gateway.logs.filter(({ msg }) =>
    msg.startsWith(`The subgraph a doesn't give its schema at ${url}?***: `),
  );
  assert.equal(told.length, 1, 'it is said once, however often it is asked');
  assert.match(told[0]?.msg ?? '', /The gateway starts once it does\.$/);
});

test('follows the schema, and keeps the last one while the subgraph is down', async (t) => {
  const { subgraph, file } = await prepare(t);
  subgraph.isUp = true;
  const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  subgraph.sdl = TWO;
  const answer = await until(
    () => ask(gateway.url, '{ one two }'),
    ({ errors }) => errors === undefined,
  );
  assert.deepEqual(answer.data, { one: 1, two: 2 });

  const { msg } = await nextError(gateway, async () => {
    subgraph.sdl = 'type Query { one: Nothing }';
  });
  assert.match(msg, /^the change is refused, the graph stays as it was\..*\[a\] Unknown type Nothing/s);
  assert.doesNotMatch(msg, /sesame/);
  assert.deepEqual(await get(gateway.url, '{ one }'), { one: 1 });
  subgraph.sdl = TWO;

  subgraph.isUp = false;
  await edit(file, 'timeout: 5s', 'timeout: 4s\ngateway: { health_check: { ready: /on } }');
  await until(
    () => fetch(new URL('/on', gateway.url)).then(({ status }) => status),
    (status) => status === 200,
  );
  subgraph.isUp = true;
  assert.deepEqual(await get(gateway.url, '{ two }'), { two: 2 });
});

test('npm run compose fetches the schema, and names a subgraph that does not respond', async (t) => {
  const { subgraph, url, file } = await prepare(t);
  const compose = () =>
    runScript('gateway/src/compose.ts', { SUPERGRAPH_FILE: file, SUBGRAPH_SECRET: 'a secret for this test only' });
  const failed = await compose();
  assert.deepEqual([failed.code, failed.stdout], [1, '']);
  assert.ok(failed.stderr.startsWith(`The subgraph a doesn't give its schema at ${url}?***: `), failed.stderr);
  subgraph.isUp = true;
  assert.match((await compose()).stdout, /two: Int|one: Int/);
});
