import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import type { RetrySettings } from '../configuration/sections/resilience.ts';
import { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { type CallContext, NO_CONTEXT } from './call-context.ts';
import { SubgraphCaller } from './subgraph-caller.ts';

/** A call as the subgraph sees it. */
interface Call {
  readonly leftMs: number;
  readonly response: ServerResponse;
}

async function start(t: TestContext, retry?: RetrySettings) {
  const calls: Call[] = [];
  let tell = () => {};
  const { url } = await serveHttp(t, async (request: IncomingMessage, response: ServerResponse) => {
    await json(request);
    calls.push({ leftMs: Number(request.headers['x-deadline-ms']), response });
    tell();
  });
  const caller = new SubgraphCaller({
    subgraph: { name: 'books', routingUrl: url, schema: { sdl: '' }, timeoutMs: 60_000, ...(retry && { retry }) },
    traffic: { timeoutMs: 60_000, deduplicateQuery: true, batchEntities: true, mergeFetches: true },
    secret: undefined,
    logger: recordLog().logger,
  });
  t.after(() => caller.close());
  return {
    caller,
    async call(index: number): Promise<Call> {
      for (;;) {
        const call = calls[index];
        if (call) return call;
        await new Promise<void>((resolve) => (tell = resolve));
      }
    },
  };
}

function within(timeoutMs: number): CallContext {
  return { ...NO_CONTEXT, deadline: new Deadline(timeoutMs) };
}

const CONSTANTS = {
  subgraph: 'books',
  operationName: undefined,
  kind: 'query',
  bodyStart: '{"query":"","variables":{',
  identity: 'books',
} as const;
const query = new FetchRequest({ ...CONSTANTS, query: '{ books { id } }' }, {}, undefined);
const entity = (id: number) => new FetchRequest({ ...CONSTANTS, query: '' }, {}, [JSON.stringify({ id })]);

const OVERDUE = { extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'books', timeoutMs: 200 } };
const ANSWER = { data: { books: [{ id: 1 }] } };

test('gives a batch the latest of its deadlines, and ends each fetch at its own', async (t) => {
  const { caller, call } = await start(t);
  const short = assert.rejects(caller.call(entity(1), within(200)), OVERDUE);
  const long = caller.call(entity(2), within(30_000));
  const { leftMs, response } = await call(0);
  assert.ok(leftMs > 10_000, `${leftMs} ms`);
  await short;
  response.end(JSON.stringify({ data: { _entities: [null, { name: 'book 2' }] } }));
  assert.deepEqual(await long, { data: { _entities: [{ name: 'book 2' }] } });
});

test('an entity that hangs costs those of its moment their deadlines, and no others anything', async (t) => {
  const { caller, call } = await start(t);
  const together = [1, 2].map((id) => assert.rejects(caller.call(entity(id), within(200)), OVERDUE));
  await call(0);
  const later = caller.call(entity(2), within(30_000));
  const { response } = await call(1);
  response.end(JSON.stringify({ data: { _entities: [{ name: 'book 2' }] } }));
  assert.deepEqual(await later, { data: { _entities: [{ name: 'book 2' }] } });
  await Promise.all(together);
});

test('ends queries that share a call each at its own deadline', async (t) => {
  const { caller, call } = await start(t);
  const long = caller.call(query, within(30_000));
  const { response } = await call(0);
  await assert.rejects(caller.call(query, within(200)), OVERDUE);
  response.end(JSON.stringify(ANSWER));
  assert.deepEqual(await long, ANSWER);
});

test('calls again for a query with time left if the call that it joined ran out of time', async (t) => {
  const { caller, call } = await start(t);
  const short = caller.call(query, within(10_000));
  const { leftMs, response } = await call(0);
  assert.ok(leftMs <= 10_000);
  const long = caller.call(query, within(30_000));
  response.end('{"errors":[{"message":"it was over","extensions":{"code":"DEADLINE_EXCEEDED"}}]}'); // as a subgraph does
  assert.equal((await short).errors?.[0]?.extensions?.code, 'DEADLINE_EXCEEDED');
  const again = await call(1);
  assert.ok(again.leftMs > 10_000, `${again.leftMs} ms`);
  again.response.end(JSON.stringify(ANSWER));
  assert.deepEqual(await long, ANSWER);
});

test('calls again for a query with time left if the call that it joined broke without time for another attempt', async (t) => {
  const { caller, call } = await start(t, { maxAttempts: 3, intervalMs: 500, budget: 1 });
  const short = caller.call(query, within(90));
  const { response } = await call(0);
  const long = caller.call(query, within(30_000));
  response.destroy();
  await assert.rejects(short, { message: 'Subgraph "books" is unavailable' });
  (await call(1)).response.end(JSON.stringify(ANSWER));
  assert.deepEqual(await long, ANSWER);
});

test('takes no text in data or messages for a timeout', async (t) => {
  const { caller, call } = await start(t);
  const answer = {
    data: { books: [{ id: 'DEADLINE_EXCEEDED', title: '"extensions":{"code":"DEADLINE_EXCEEDED"}' }] },
    errors: [{ message: 'DEADLINE_EXCEEDED', path: ['DEADLINE_EXCEEDED'], extensions: { id: 'DEADLINE_EXCEEDED' } }],
  };
  const answers = [10_000, 20_000, 30_000].map((timeoutMs) => caller.call(query, within(timeoutMs)));
  const { response } = await call(0);
  response.end(JSON.stringify(answer));
  void call(1).then((second) => second.response.end('{"data":{"books":"asked again"}}'));
  assert.deepEqual(await Promise.all(answers), [answer, answer, answer]);
});

test('makes no call without time left', async (t) => {
  const { caller, call } = await start(t);
  await assert.rejects(caller.call(query, within(0)), { extensions: { ...OVERDUE.extensions, timeoutMs: 0 } });
  const next = caller.call(query, within(30_000));
  (await call(0)).response.end(JSON.stringify(ANSWER));
  assert.deepEqual(await next, ANSWER);
});
