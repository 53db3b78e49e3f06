import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { after, test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { outageOf } from '@lockstep/runtime/testing/outage.ts';
import type { TrafficShaping } from '../configuration/sections/traffic-shaping.ts';
import type { SubgraphSettings } from '../configuration/supergraph-file.ts';
import { type FetchConstants, FetchRequest } from '../execution/fetching/fetch-request.ts';
import { NO_CONTEXT } from './call-context.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';
import { SubgraphCaller } from './subgraph-caller.ts';

const logger = createLogger('test', { format: 'json', level: 'silent' });

/** A request that reached the subgraph, and how to answer it. */
interface Arrived {
  readonly representations: { id: number }[] | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly left: Promise<unknown>;
  answer(body: object): void;
  reset(): void;
}

/** Starts a subgraph that responds on demand. */
async function startSubgraph() {
  const arrived: Arrived[] = [];
  let tell = () => {};
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { variables } = JSON.parse(text);
    arrived.push({
      representations: variables.representations,
      headers: request.headers,
      left: once(response, 'close'),
      answer: (body) => void response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      reset: () => void response.destroy(),
    });
    tell();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => void server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    arrived,
    /** Resolves when as many have arrived. */
    async arrival(count: number): Promise<void> {
      while (arrived.length < count) await new Promise<void>((resolve) => (tell = resolve));
    },
  };
}

async function start(
  traffic: Partial<TrafficShaping> = {},
  timeoutMs = 5000,
  settings: Partial<SubgraphSettings> = {},
) {
  const subgraph = await startSubgraph();
  const caller = new SubgraphCaller({
    subgraph: { name: 'books', routingUrl: subgraph.url, schema: { sdl: '' }, timeoutMs, ...settings },
    traffic: { timeoutMs: 10_000, deduplicateQuery: true, batchEntities: true, mergeFetches: true, ...traffic },
    secret: 'the shared secret',
    logger,
  });
  after(() => caller.close());
  return { ...subgraph, caller };
}

function constants(kind: 'query' | 'mutation', query: string): FetchConstants {
  const bodyStart = `{"query":${JSON.stringify(query)},"variables":{`;
  return { subgraph: 'books', query, operationName: undefined, kind, bodyStart, identity: `books ${query}` };
}

const ROOT = constants('query', '{ books { id } }');
const ENTITIES = constants(
  'query',
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { id } }',
);
const root = (variables = {}) => new FetchRequest(ROOT, variables, undefined);
const entities = (...ids: number[]) =>
  new FetchRequest(
    ENTITIES,
    {},
    ids.map((id) => JSON.stringify({ id })),
  );
const names = (...ids: number[]) => ({ data: { _entities: ids.map((id) => ({ name: `book ${id}` })) } });

/** Answers an entity call with what it asked for. */
function answerEntities({ representations = [], answer }: Arrived): void {
  answer(names(...representations.map(({ id }) => id)));
}

test('makes one call of queries that are alike and under way, each with an answer of its own', async () => {
  const { caller, arrived, arrival } = await start();
  const answers = [caller.call(root(), NO_CONTEXT), caller.call(root(), NO_CONTEXT)];
  await arrival(1);
  arrived[0]?.answer({ data: { books: [{ id: 1 }] } });
  const [one, other] = await Promise.all(answers);
  assert.deepEqual(one, { data: { books: [{ id: 1 }] } });
  assert.deepEqual(other, one);
  assert.notEqual(other?.data, one?.data);
  assert.equal(arrived.length, 1);
});

test('makes separate calls of different variables, of mutations, and of everything if sharing is off', async () => {
  const { caller, arrival } = await start();
  void caller.call(root({ first: 1 }), NO_CONTEXT).catch(() => {});
  void caller.call(root({ first: 2 }), NO_CONTEXT).catch(() => {});
  const mutation = new FetchRequest(constants('mutation', 'mutation { a }'), {}, undefined);
  void caller.call(mutation, NO_CONTEXT).catch(() => {});
  void caller.call(mutation, NO_CONTEXT).catch(() => {});
  await arrival(4);

  const off = await start({ deduplicateQuery: false });
  void off.caller.call(root(), NO_CONTEXT).catch(() => {});
  void off.caller.call(root(), NO_CONTEXT).catch(() => {});
  await off.arrival(2);
});

const ofClient = (authorization: string) => ({ ...NO_CONTEXT, headers: new ForwardedHeaders({ authorization }) });

for (const [what, request] of [
  ['queries that are alike', root()],
  ['entity fetches that wait together', entities(1)],
] as const) {
  test(`${what} of clients with different headers are separate calls`, async () => {
    const { caller, arrived, arrival } = await start();
    const answers = ['of one', 'of another', 'of one'].map((token) => caller.call(request, ofClient(token)));
    await arrival(2);
    for (const { headers, answer } of arrived) answer({ data: { _entities: [{ name: headers.authorization }] } });
    const seen = (await Promise.all(answers)).map(({ data }) => data);
    assert.deepEqual(
      seen,
      ['of one', 'of another', 'of one'].map((name) => ({ _entities: [{ name }] })),
    );
    assert.equal(arrived.length, 2);
  });
}

test("never replaces the shared secret by a client's header", async () => {
  const { caller, arrived, arrival } = await start();
  const headers = new ForwardedHeaders({ 'x-subgraph-secret': 'a guess' });
  void caller.call(root(), { ...NO_CONTEXT, headers }).catch(() => {});
  await arrival(1);
  assert.equal(arrived[0]?.headers['x-subgraph-secret'], 'the shared secret');
});

test('calls again for a query that comes after the answer to an earlier one', async () => {
  const { caller, arrived, arrival } = await start();
  const first = caller.call(root(), NO_CONTEXT);
  await arrival(1);
  arrived[0]?.answer({ data: { books: [] } });
  await first;
  const second = caller.call(root(), NO_CONTEXT);
  await arrival(2);
  arrived[1]?.answer({ data: { books: [{ id: 1 }] } });
  assert.deepEqual(await second, { data: { books: [{ id: 1 }] } });
});

test('ends a shared call only when the last of its clients leaves', async () => {
  const { caller, arrived, arrival } = await start();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const left = assert.rejects(caller.call(root(), { ...NO_CONTEXT, signal: leaving.signal }));
  const stayed = caller.call(root(), { ...NO_CONTEXT, signal: staying.signal });
  await arrival(1);
  leaving.abort();
  await left;
  arrived[0]?.answer({ data: { books: [] } });
  assert.deepEqual(await stayed, { data: { books: [] } });

  const both = [new AbortController(), new AbortController()];
  const calls = both.map(({ signal }) => assert.rejects(caller.call(root(), { ...NO_CONTEXT, signal })));
  await arrival(2);
  for (const controller of both) controller.abort();
  await Promise.all(calls);
  await arrived[1]?.left;
});

test("does not end a query at another one's deadline", async () => {
  const { caller, arrived, arrival } = await start({}, 400);
  const early = assert.rejects(caller.call(root(), NO_CONTEXT), {
    extensions: { code: 'DEADLINE_EXCEEDED', subgraph: 'books', timeoutMs: 400 },
  });
  await arrival(1);
  await new Promise((resolve) => setTimeout(resolve, 200)); // the second one's deadline is to be another
  const late = caller.call(root(), NO_CONTEXT);
  await early;
  arrived[0]?.answer({ data: { books: [] } });
  assert.deepEqual(await late, { data: { books: [] } });
});

test('sends entity fetches that wait together as one call, with each entity once', async () => {
  const { caller, arrived, arrival } = await start();
  const answers = [caller.call(entities(1, 2), NO_CONTEXT), caller.call(entities(3, 2), NO_CONTEXT)];
  await arrival(1);
  assert.deepEqual(arrived[0]?.representations, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  if (arrived[0]) answerEntities(arrived[0]);
  const [one, other] = await Promise.all(answers);
  assert.deepEqual(one, names(1, 2));
  assert.deepEqual(other, names(3, 2));
  const second = (answer: typeof one) =>
    Array.isArray(answer?.data?._entities) ? answer.data._entities[1] : undefined;
  assert.notEqual(second(one), second(other));
});

test('gives an error about an entity to the fetches that asked for it, at their own places', async () => {
  const { caller, arrived, arrival } = await start();
  const answers = [1, 2, 3].map((first) => caller.call(entities(first, 3), NO_CONTEXT));
  await arrival(1);
  arrived[0]?.answer({
    data: { _entities: [{ name: 'book 1' }, null, { name: 'book 2' }] },
    errors: [{ message: 'three', path: ['_entities', 1, 'name'] }],
  });
  const three = (index: number) => ({ message: 'three', path: ['_entities', index, 'name'] });
  const [one, two] = await Promise.all(answers);
  assert.deepEqual(one, { data: { _entities: [{ name: 'book 1' }, null] }, errors: [three(1)] });
  assert.deepEqual(two, { data: { _entities: [{ name: 'book 2' }, null] }, errors: [three(1)] });
});

test('fails all fetches of a batch if its connection breaks', async () => {
  const { caller, arrived, arrival } = await start();
  const calls = [entities(1), entities(2)].map((request) => outageOf(caller.call(request, NO_CONTEXT), 'books'));
  await arrival(1);
  arrived[0]?.reset();
  const [one, other] = await Promise.all(calls);
  assert.equal(one, other, 'the id of the outage');
  assert.equal(arrived.length, 1);
});

test('does not end a batch when one of its clients leaves', async () => {
  const { caller, arrived, arrival } = await start();
  const leaving = new AbortController();
  const left = assert.rejects(caller.call(entities(1), { ...NO_CONTEXT, signal: leaving.signal }));
  const stayed = caller.call(entities(2), NO_CONTEXT);
  await arrival(1);
  leaving.abort();
  await left;
  if (arrived[0]) answerEntities(arrived[0]);
  assert.deepEqual(await stayed, names(2));
});

test('limits the number of entities in a batch', async () => {
  const { caller, arrived, arrival } = await start();
  const ids = (from: number) => Array.from({ length: 600 }, (_, index) => from + index);
  const answers = [caller.call(entities(...ids(0)), NO_CONTEXT), caller.call(entities(...ids(600)), NO_CONTEXT)];
  await arrival(2);
  for (const one of arrived) answerEntities(one);
  assert.deepEqual(await Promise.all(answers), [names(...ids(0)), names(...ids(600))]);
});

test('sends entity fetches separately if batching is off', async () => {
  const { caller, arrived, arrival } = await start({ batchEntities: false });
  const answers = [caller.call(entities(1), NO_CONTEXT), caller.call(entities(2), NO_CONTEXT)];
  await arrival(2);
  for (const one of arrived) answerEntities(one);
  assert.deepEqual(
    (await Promise.all(answers)).map((answer) => answer.data),
    [names(1).data, names(2).data],
  );
});

test('sends a subgraph its own secret, or none, instead of the shared one', async () => {
  for (const secret of ['the secret of books', false] as const) {
    const { caller, arrived, arrival } = await start({}, 5000, { secret });
    void caller.call(root(), NO_CONTEXT).catch(() => {});
    await arrival(1);
    assert.equal(arrived[0]?.headers['x-subgraph-secret'], secret || undefined);
  }
});

test('sends the shared secret with every call', async () => {
  const { caller, arrived, arrival } = await start();
  void caller.call(root(), NO_CONTEXT).catch(() => {});
  await arrival(1);
  assert.equal(arrived[0]?.headers['x-subgraph-secret'], 'the shared secret');
});
