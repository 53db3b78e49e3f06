import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import { SubgraphDataSource } from './data-source.ts';

type Options = Parameters<SubgraphDataSource['process']>[0];

/** Returns the data source of a subgraph that responds with these statuses and repeats the last one. */
async function sourceOf(t: TestContext, { statuses = [200], timeoutMs = 1000, answersAfterMs = 0 } = {}) {
  let calls = 0;
  const { url } = await serveHttp(t, async (request, response) => {
    request.resume();
    const status = statuses[Math.min(calls++, statuses.length - 1)] ?? 200;
    await delay(answersAfterMs);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 200 ? '{"data":{"books":[]}}' : '{}');
  });
  const caller = new SubgraphCaller({
    subgraph: {
      name: 'books',
      routingUrl: url,
      schema: { sdl: '' },
      timeoutMs,
      retry: { maxAttempts: 3, intervalMs: 1, budget: 1 },
      circuitBreaker: { errorThresholdPercentage: 50, requestThreshold: 4, sleepWindowMs: 60_000 },
    },
    traffic: { timeoutMs: 10_000, deduplicateQuery: true, batchEntities: true, mergeFetches: true },
    secret: undefined,
    logger: recordLog().logger,
  });
  t.after(() => caller.close());
  const source = new SubgraphDataSource('books', caller);
  const send = (query: string) =>
    source.process({ request: { query, variables: {} }, context: {} } as unknown as Options);
  return { send, calls: () => calls };
}

const codeOf = ({ errors }: Awaited<ReturnType<SubgraphDataSource['process']>>) => errors?.[0]?.extensions?.code;

test("ApolloGateway's queries are retried, its mutations and subscriptions are not", async (t) => {
  const query = await sourceOf(t, { statuses: [503, 200] });
  assert.deepEqual(await query.send('query A { books }'), { data: { books: [] } });
  assert.equal(query.calls(), 2);
  for (const text of ['mutation { books }', 'subscription { books }']) {
    const other = await sourceOf(t, { statuses: [503] });
    assert.equal(codeOf(await other.send(text)), 'OUTCOME_UNKNOWN');
    assert.equal(other.calls(), 1);
  }
});

test("ApolloGateway's queries that are alike and under way are one call", async (t) => {
  const { send, calls } = await sourceOf(t, { answersAfterMs: 50 });
  await Promise.all([send('{ books }'), send('{ books }')]);
  assert.equal(calls(), 1);
});

test('a subgraph that fails is not called by ApolloGateway either once its breaker is open', async (t) => {
  const { send, calls } = await sourceOf(t, { statuses: [500] });
  for (let time = 0; time < 10; time += 1) {
    const answer = await send('mutation { books }');
    const code = time < 4 ? 'OUTCOME_UNKNOWN' : 'SUBGRAPH_UNAVAILABLE'; // never sent from then on
    assert.deepEqual([answer.data, codeOf(answer)], [{ books: null }, code]);
  }
  assert.equal(calls(), 4);
});

test("ApolloGateway's calls have no more time than the subgraph is given", async (t) => {
  const { send } = await sourceOf(t, { timeoutMs: 50, answersAfterMs: 1000 });
  assert.equal(codeOf(await send('{ books }')), 'DEADLINE_EXCEEDED');
});
