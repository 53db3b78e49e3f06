import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { heapGrowth } from '@lockstep/runtime/testing/heap-growth.ts';
import { FetchRequest, fetchConstants } from '../execution/fetching/fetch-request.ts';
import { batch } from './batch.ts';
import { type CallContext, NO_CONTEXT } from './call-context.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';

const documents = ['name', 'price'].map((field) =>
  fetchConstants(
    {
      serviceName: 'books',
      operation: `query($representations:[_Any!]!){_entities(representations:$representations){...on Book{${field}}}}`,
      operationName: undefined,
    },
    'query',
  ),
);

/** Starts a subgraph whose calls, each a list of books, return in the order that `answer` is called. Timers don't run. */
function start(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const calls: number[][] = [];
  const answers: (() => void)[] = [];
  const call = batch({ joinsOperations: true })((request) => {
    const ids = (request.representations ?? []).map((one): number => JSON.parse(one).id);
    calls.push(ids);
    const { promise, resolve } = Promise.withResolvers<GraphQLAnswer>();
    answers.push(() => resolve({ data: { _entities: ids.map((id) => ({ id })) } }));
    return promise;
  });
  /** Asks for a book, and lets a turn of the event loop pass. */
  async function ask(
    id: number,
    { document = 0, context = NO_CONTEXT } = {},
  ): Promise<{ answer: Promise<GraphQLAnswer> }> {
    const [constants] = documents.slice(document);
    assert.ok(constants);
    const answer = call(new FetchRequest(constants, {}, [JSON.stringify({ id })]), context);
    await turn();
    return { answer };
  }
  return { calls, ask, answer: () => answers.shift()?.() };
}

function withToken(token: string): CallContext {
  return { ...NO_CONTEXT, headers: new ForwardedHeaders({ token }) };
}

test('makes one call of the fetches that come, turn by turn, while three like them are under way', async (t) => {
  const { calls, ask, answer } = start(t);
  const asked = [];
  for (const id of [1, 2, 3, 4, 5, 6]) asked.push(await ask(id));
  assert.deepEqual(calls, [[1], [2], [3]]);
  answer();
  await turn();
  await turn();
  assert.deepEqual(calls, [[1], [2], [3], [4, 5, 6]]);
  for (let left = 0; left < 3; left += 1) answer();
  const answers = await Promise.all(asked.map((one) => one.answer));
  assert.deepEqual(
    answers,
    [1, 2, 3, 4, 5, 6].map((id) => ({ data: { _entities: [{ id }] } })),
  );
});

test('lets fetches that can’t travel with those under way leave at once', async (t) => {
  const { calls, ask } = start(t);
  for (const id of [1, 2, 3]) await ask(id);
  await ask(4, { document: 1 });
  await ask(5, { context: withToken('of another client') });
  assert.deepEqual(calls, [[1], [2], [3], [4], [5]]);
});

test('keeps nothing of fetches that have ended', async (t) => {
  const { ask, answer } = start(t);
  const { bytes } = await heapGrowth(async () => {
    for (let client = 0; client < 10_000; client += 1) {
      const asked = await ask(client, { context: withToken(`client ${client} ${'x'.repeat(1000)}`) });
      answer();
      await asked.answer;
    }
  });
  assert.ok(bytes < 3_000_000, `${bytes} bytes`);
});
