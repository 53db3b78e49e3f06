import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { FetchRequest } from '../execution/fetching/fetch-request.ts';
import { type CallContext, NO_CONTEXT } from './call-context.ts';
import { SubgraphCaller } from './subgraph-caller.ts';

/** Reply to a call that has the representation of the first client, which is bad. */
interface Shape {
  readonly status?: number;
  /** @param count number of representations in the call; the bad one is the first */
  body(count: number): unknown;
}

type Representation = { readonly id: number };

const SECRET = 'a secret of the first client';
const error = (path?: unknown) => ({ message: SECRET, ...(path !== undefined && { path }), extensions: { SECRET } });
const list = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `book ${index + 1}` }));
const withError = (path?: unknown): Shape => ({
  body: (count) => ({ data: { _entities: [null, ...list(count).slice(1)] }, errors: [error(path)] }),
});
const withData = (data: (count: number) => unknown, errors: readonly unknown[] = [error()]): Shape => ({
  body: (count) => ({ data: data(count), ...(errors.length > 0 && { errors }) }),
});

async function start(t: TestContext, answer: (representations: Representation[], response: ServerResponse) => void) {
  const calls: number[][] = [];
  const { url } = await serveHttp(t, async (request, response) => {
    const { variables } = (await json(request)) as { variables: { representations: Representation[] } };
    calls.push(variables.representations.map(({ id }) => id));
    answer(variables.representations, response);
  });
  const caller = new SubgraphCaller({
    subgraph: {
      name: 'books',
      routingUrl: url,
      schema: { sdl: '' },
      timeoutMs: 5000,
      retry: { maxAttempts: 3, intervalMs: 1, budget: 1 },
      circuitBreaker: { requestThreshold: 3, errorThresholdPercentage: 50, sleepWindowMs: 60_000 },
    },
    traffic: { timeoutMs: 5000, deduplicateQuery: true, batchEntities: true, mergeFetches: true },
    secret: undefined,
    logger: recordLog().logger,
  });
  t.after(() => caller.close());
  return { caller, calls };
}

/** Answers calls with the first client's representation in this shape, and all others as they should be. */
function shaped({ status = 200, body }: Shape) {
  return (representations: Representation[], response: ServerResponse) => {
    const isBad = representations.some(({ id }) => id === 1);
    const entities = representations.map(({ id }) => ({ name: `book ${id}` }));
    const given = isBad ? body(representations.length) : { data: { _entities: entities } };
    response
      .writeHead(isBad ? status : 200, { 'content-type': 'application/json' })
      .end(typeof given === 'string' ? given : JSON.stringify(given));
  };
}

const QUERY = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { name } }';

function entities(...ids: number[]): FetchRequest {
  const constants = {
    subgraph: 'books',
    query: QUERY,
    operationName: undefined,
    kind: 'query',
    bodyStart: `{"query":${JSON.stringify(QUERY)},"variables":{`,
    identity: QUERY,
  } as const;
  return new FetchRequest(
    constants,
    {},
    ids.map((id) => JSON.stringify({ id })),
  );
}

const own = (...ids: number[]): GraphQLAnswer => ({ data: { _entities: ids.map((id) => ({ name: `book ${id}` })) } });

const ATTRIBUTABLE: Readonly<Record<string, Shape>> = {
  'an error at an entity': withError(['_entities', 0]),
  'an error below an entity': withError(['_entities', 0, 'author', 3, 'name']),
};

const UNUSABLE: Readonly<Record<string, Shape>> = {
  'an error without a path': withError(),
  'an error whose path is empty': withError([]),
  'an error whose path is null': withError(null),
  'an error whose path is a text': withError('_entities.0'),
  'an error at all entities': withError(['_entities']),
  'an error at an index in text': withError(['_entities', '0']),
  'an error at a field instead of an index': withError(['_entities', 'name']),
  'an error at an index that is no whole number': withError(['_entities', 0.5]),
  'an error at a negative index': withError(['_entities', -1]),
  'an error at an index past the end': withError(['_entities', 99]),
  'an error at an index of null': withError(['_entities', null]),
  'an error at another root field': withError(['books', 0]),
  'an error without a message': { body: (count) => ({ data: { _entities: list(count) }, errors: [{ code: SECRET }] }) },
  'an error that is a text': { body: (count) => ({ data: { _entities: list(count) }, errors: [SECRET] }) },
  'errors that are a text': { body: (count) => ({ data: { _entities: list(count) }, errors: SECRET }) },
  'errors that are a map': { body: (count) => ({ data: { _entities: list(count) }, errors: error() }) },
  'an error without a path beside one with': withData(
    (count) => ({ _entities: list(count) }),
    [error(['_entities', 0]), error()],
  ),
  'data of null with an error at an entity': withData(() => null, [error(['_entities', 0])]),
  'no data': { body: () => ({ errors: [error()] }) },
  'no data, with a code of the gateway': {
    body: () => ({ errors: [{ message: SECRET, extensions: { code: 'OVERLOADED' } }] }),
  },
  'no data, with a deadline that has passed': {
    body: () => ({ errors: [{ message: SECRET, extensions: { code: 'DEADLINE_EXCEEDED' } }] }),
  },
  'data without entities': withData(() => ({ books: SECRET }), []),
  'entities of null': withData(() => ({ _entities: null })),
  'a list too short': withData((count) => ({ _entities: list(count - 1) }), []),
  'a list too long': withData((count) => ({ _entities: list(count + 1) }), []),
  'a map instead of a list': withData((count) => ({ _entities: { ...list(count) } }), []),
  'a text instead of a list': withData(() => ({ _entities: SECRET }), []),
  'data that is a text': { body: () => ({ data: SECRET, errors: [error()] }) },
  'a status of 400 with an error': { status: 400, body: () => ({ errors: [error()] }) },
  'a status of 500 with text': { status: 500, body: () => SECRET },
  'text that is no JSON': { body: () => `<html>${SECRET}</html>` },
  'JSON that is no GraphQL': { body: () => [SECRET] },
};

for (const [what, shape] of Object.entries({ ...ATTRIBUTABLE, ...UNUSABLE })) {
  test(`keeps an answer to one client's bad entity from the others of its batch: ${what}`, async (t) => {
    const { caller, calls } = await start(t, shaped(shape));
    const [bad, ...good] = await Promise.allSettled(
      [entities(1), entities(2), entities(3, 2)].map((request) => caller.call(request, NO_CONTEXT)),
    );
    assert.deepEqual(
      good.map((one) => (one.status === 'fulfilled' ? one.value : one.reason)),
      [own(2), own(3, 2)],
    );
    const isAttributable = what in ATTRIBUTABLE;
    assert.deepEqual(calls, isAttributable ? [[1, 2, 3]] : [[1, 2, 3], [1], [2], [3, 2]]);
    if (isAttributable) assert.ok(JSON.stringify(bad).includes(SECRET));
    assert.ok(!JSON.stringify(good).includes(SECRET));
    assert.equal(caller.breakerState, 'closed');
  });
}

test('fails every fetch of a batch, and calls no more, while the subgraph says that it is gone', async (t) => {
  for (const status of [502, 503, 504]) {
    for (const body of [() => SECRET, () => ({ errors: [error()] })]) {
      const { caller, calls } = await start(t, shaped({ status, body }));
      const ended = await Promise.allSettled([entities(1), entities(2)].map((one) => caller.call(one, NO_CONTEXT)));
      const codes = ended.map((one) => one.status === 'rejected' && one.reason.extensions.code);
      assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE']);
      assert.ok(!JSON.stringify(ended).includes(SECRET));
      assert.ok(calls.length <= 3, `${calls.length} calls, retries included`);
    }
  }
});

test('makes no calls of a batch that failed for fetches that have left or have hardly any time', async (t) => {
  const leaving = new AbortController();
  const { caller, calls } = await start(t, (representations, response) => {
    leaving.abort();
    const answer = representations.length > 1 ? { errors: [error()] } : own(3);
    setTimeout(() => response.end(JSON.stringify(answer)), 80);
  });
  const within = (timeoutMs: number): CallContext => ({ ...NO_CONTEXT, deadline: new Deadline(timeoutMs) });
  const [left, overdue, served] = await Promise.allSettled([
    caller.call(entities(1), { ...within(4000), signal: leaving.signal }),
    caller.call(entities(2), within(120)),
    caller.call(entities(3), within(4000)),
  ]);
  assert.equal(left.status, 'rejected');
  assert.equal(overdue.status === 'rejected' && overdue.reason.extensions.code, 'DEADLINE_EXCEEDED');
  assert.deepEqual(served.status === 'fulfilled' && served.value, own(3));
  assert.deepEqual(calls, [[1, 2, 3], [3]]);
});
