import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExpectedError } from '../../graphql/errors.ts';
import { parseInstances } from '../../process-state.ts';
import { requestScope } from '../../request-scope.ts';
import { recordLog } from '../../testing/log-recorder.ts';
import { freePort, serveHttp, type TestServer, urlOf } from '../../testing/test-server.ts';
import type { GraphQLRequest } from './subgraph-client.ts';
import { SubgraphClient } from './subgraph-client.ts';

const QUERY = { query: '{ user { id } }' };
const MUTATION = { query: 'mutation { createUser { id } }' };
const PROBE = '{ __typename }';
const DEADLINE_MS = 20_000;

const answers: RequestListener = (_request, response) => void response.end('{"data":{}}');
const resets: RequestListener = ({ socket }) => void socket.resetAndDestroy();
const hangs: RequestListener = () => {};
const fails: RequestListener = (_request, response) => void response.writeHead(500).end('<h1>oops</h1>');

interface TestInstance extends TestServer {
  /** Documents of the requests that it got, the oldest first, without probes. */
  readonly calls: string[];
  probes: number;
  act: RequestListener;
}

async function serve(t: TestContext, act: RequestListener): Promise<TestInstance> {
  const server = await serveHttp(t, async (request, response) => {
    const { query } = (await json(request)) as GraphQLRequest;
    if (query === PROBE) instance.probes += 1;
    else instance.calls.push(query);
    instance.act(request, response);
  });
  const instance: TestInstance = { ...server, calls: [], probes: 0, act };
  return instance;
}

function clientOf(
  t: TestContext,
  instances: readonly (Pick<TestServer, 'url'> | string)[],
  timeoutMs = 5000,
  isClosed = true,
) {
  const log = recordLog();
  const urls = instances.map((one) => (typeof one === 'string' ? one : one.url));
  const counts = new Map<string, number>();
  const client = new SubgraphClient({
    ...{ name: 'users', url: urls[0] ?? '', urls, timeoutMs, logger: log.logger },
    noteOutcome: (instance, outcome) => {
      const key = `${new URL(`http://${instance}`).port} ${outcome}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
  });
  if (isClosed) t.after(() => client.close());
  return { client, log, counts };
}

async function until(fits: () => boolean): Promise<void> {
  for (const end = performance.now() + DEADLINE_MS; !fits() && performance.now() < end; ) await delay(5);
  assert.ok(fits());
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: ExpectedError) => error.extensions.code,
  );
}

function isIn({ instances }: SubgraphClient): boolean[] {
  return [...instances].map(([, state]) => state);
}

describe('a subgraph with several instances', { concurrency: true }, () => {
  test('shares calls among its instances, and gives one that is slow less of them', async (t) => {
    const fast = await serve(t, answers);
    const slow = await serve(t, async (request, response) => {
      await delay(400);
      answers(request, response);
    });
    const { client, counts } = clientOf(t, [fast, slow]);
    await client.call(QUERY);
    await client.call(QUERY);
    assert.deepEqual([fast.calls.length, slow.calls.length], [1, 1]); // idle ones take turns
    const ask = async () => {
      for (let call = 0; call < 15; call += 1) await client.call(QUERY);
    };
    await Promise.all([ask(), ask(), ask(), ask()]);
    const got = [fast.calls.length, slow.calls.length];
    assert.ok(slow.calls.length > 1 && slow.calls.length * 3 < fast.calls.length, String(got));
    assert.deepEqual(
      [fast, slow].map(({ port }) => counts.get(`${port} answered`)),
      got,
    );
  });

  test('a trace has the address of the instance that answered', async (t) => {
    const instance = await serve(t, answers);
    const { client } = clientOf(t, [urlOf(await freePort(t)), instance]);
    const ended: unknown[] = [];
    const startCall = () => ({ headers: {}, end: (...given: unknown[]) => void ended.push(...given.map(String)) });
    await requestScope.run({ id: '1', startCall }, () => client.call(QUERY));
    assert.deepEqual(ended, ['200', 'undefined', instance.url]);
  });

  test('a call that can not connect goes to another instance, also a mutation', async (t) => {
    const instance = await serve(t, answers);
    const { client, log } = clientOf(t, [urlOf(await freePort(t)), urlOf(await freePort(t)), instance]);
    for (const call of [MUTATION, QUERY, MUTATION, QUERY]) await client.call(call);
    assert.equal(instance.calls.length, 4);
    assert.deepEqual(isIn(client), [false, false, true]);
    assert.equal(log.lines.filter(({ msg }) => msg?.startsWith('the instance is left out')).length, 2);
  });

  test('a query whose connection breaks goes to one other instance', async (t) => {
    const instances = await Promise.all([resets, resets, resets].map((act) => serve(t, act)));
    const { client } = clientOf(t, instances);
    assert.equal(await codeOf(client.call(QUERY)), 'SUBGRAPH_UNAVAILABLE');
    assert.deepEqual(instances.map(({ calls }) => calls.length).toSorted(), [0, 1, 1]);
    for (const instance of instances) instance.act = answers;
    await client.call(QUERY);
  });

  test('a mutation that may have arrived is sent once', async (t) => {
    for (const act of [resets, fails, hangs]) {
      const instances = await Promise.all([act, act].map((one) => serve(t, one)));
      const { client } = clientOf(t, instances, 2000);
      assert.notEqual(await codeOf(client.call(MUTATION)), undefined);
      assert.equal(instances.flatMap(({ calls }) => calls).length, 1);
    }
  });

  test('leaves an instance out that answers 5xx without GraphQL, and takes it back when it answers a probe', async (t) => {
    const [one, other] = [await serve(t, fails), await serve(t, answers)];
    const { client, log } = clientOf(t, [one, other]);
    assert.equal(await codeOf(client.call(QUERY)), 'SUBGRAPH_UNAVAILABLE');
    for (let call = 0; call < 10; call += 1) await client.call(QUERY);
    assert.deepEqual([one.calls.length, other.calls.length], [1, 10]);
    await until(() => one.probes === 2);
    assert.deepEqual(isIn(client), [false, true]);
    one.act = answers;
    await until(() => isIn(client)[0] === true);
    assert.equal(one.probes, 3);
    assert.ok(log.lines.some(({ msg }) => msg === 'the instance answers again'));
    for (let call = 0; call < 2; call += 1) await client.call(QUERY);
    assert.equal(one.calls.length, 2);
  });

  test('leaves an instance in that answers errors in GraphQL, or other calls', async (t) => {
    const refuses: RequestListener = (_request, response) =>
      void response.writeHead(503).end('{"errors":[{"message":"busy"}]}');
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const instances = [await serve(t, refuses), await serve(t, answers)];
    const { client } = clientOf(t, instances);
    await client.call(QUERY);
    assert.deepEqual(isIn(client), [true, true]);
    for (const instance of instances) {
      instance.act = async (request, response) => {
        await held;
        fails(request, response);
      };
    }
    const failing = codeOf(Promise.all([client.call(QUERY), client.call(QUERY)]));
    await until(() => instances.flatMap(({ calls }) => calls).length === 3);
    for (const instance of instances) instance.act = answers;
    for (let call = 0; call < 4; call += 1) await client.call(QUERY);
    release();
    assert.equal(await failing, 'SUBGRAPH_UNAVAILABLE');
    assert.deepEqual(isIn(client), [true, true]);
  });

  test('leaves an instance out that hangs, with one probe at a time, and takes it back', async (t) => {
    const [one, other] = [await serve(t, hangs), await serve(t, answers)];
    const { client } = clientOf(t, [one, other], 2000);
    assert.equal(await codeOf(Promise.all([client.call(QUERY), client.call(QUERY)])), 'DEADLINE_EXCEEDED');
    assert.deepEqual(isIn(client), [false, true]);
    for (let call = 0; call < 10; call += 1) await client.call(QUERY);
    await until(() => one.probes === 1);
    await delay(1500);
    assert.deepEqual([one.probes, one.calls.length], [1, 1]);
    one.act = answers;
    await until(() => isIn(client)[0] === true);
  });

  test('leaves no instance out because of calls that nobody waits for any more', async (t) => {
    const instances = [await serve(t, hangs), await serve(t, hangs)];
    const { client } = clientOf(t, instances, 10_000);
    for (let call = 0; call < 4; call += 1) {
      assert.equal(await codeOf(client.call(QUERY, { signal: AbortSignal.timeout(50) })), 'SUBGRAPH_UNAVAILABLE');
    }
    assert.deepEqual(isIn(client), [true, true]);
  });

  test('tries the instance that failed longest ago if all are left out', async (t) => {
    const instances = [await serve(t, fails), await serve(t, fails), await serve(t, fails)];
    const { client } = clientOf(t, instances);
    for (let call = 0; call < 6; call += 1) assert.equal(await codeOf(client.call(QUERY)), 'SUBGRAPH_UNAVAILABLE');
    assert.deepEqual(
      instances.map(({ calls }) => calls.length),
      [2, 2, 2],
    );
    for (const instance of instances) instance.act = answers;
    await client.call(QUERY);
    assert.equal(isIn(client).filter(Boolean).length, 1);
  });

  test('tries each of many instances once if none can be reached, and ends at once', async (t) => {
    const port = await freePort(t);
    const urls = Array.from({ length: 100 }, (_, index) => `${urlOf(port)}/${index}`);
    const seen: unknown[] = []; // one that takes longer than the interval of probes, on a busy machine, has some of them too
    for (let attempt = 0; attempt < 10 && !seen.includes(100); attempt += 1) {
      const { client, counts } = clientOf(t, urls, 5000, false);
      assert.equal(await codeOf(client.call(MUTATION)), 'SUBGRAPH_UNAVAILABLE');
      seen.push(counts.get(`${port} failed`));
      await client.close();
    }
    assert.equal(seen.at(-1), 100, seen.join());
  });

  test('waits for the calls under way when it is closed, and probes nothing any more', async (t) => {
    const slow = await serve(t, async (request, response) => {
      await delay(200);
      answers(request, response);
    });
    const { client } = clientOf(t, [slow, urlOf(await freePort(t))], 5000, false);
    const calls = Promise.all([client.call(QUERY), client.call(QUERY)]);
    await until(() => slow.calls.length === 2);
    await client.close();
    await calls;
  });
});

test('tells pm2 which instances are called, and since when one is left out, until the client is closed', async (t) => {
  const instance = await serve(t, fails);
  const told: (string | undefined)[] = []; // with those of other tests in this process
  const { send } = process;
  process.send = (message: { data: Record<string, { value: string }> }) => {
    const own = parseInstances(message.data.instances?.value).filter((one) =>
      one.instance.includes(String(instance.port)),
    );
    told.push(...(own.length === 0 ? ['gone'] : own.map(({ leftOutSince }) => leftOutSince ?? 'called')));
    return true;
  };
  t.after(() => {
    if (send) process.send = send;
    else delete process.send;
  });
  const before = new Date().toISOString();
  const { client } = clientOf(t, [instance, await serve(t, answers)], 5000, false);
  await until(() => {
    void client.call(QUERY).catch(() => {});
    return told.length === 2;
  });
  instance.act = answers;
  await until(() => told.length === 3);
  await client.close();
  const [first, since = '', ...rest] = told;
  assert.deepEqual([first, ...rest], ['called', 'called', 'gone']);
  assert.ok(since >= before && since <= new Date().toISOString(), since);
});
