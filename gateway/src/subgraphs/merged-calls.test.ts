import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import { RequestBytes } from '@lockstep/runtime/http/bytes-in-flight.ts';
import { UnreadableAnswerError } from '@lockstep/runtime/http/client/answer-reader.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { Deadline } from '@lockstep/runtime/http/deadline.ts';
import { BodyTooLargeError } from '@lockstep/runtime/http/server/body.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { toHeaderSettings } from '../configuration/sections/headers.ts';
import { supergraphFile } from '../configuration/settings-schema.ts';
import { CompiledGroup } from '../execution/fetching/fetch-group.ts';
import { FetchRequest, fetchConstants } from '../execution/fetching/fetch-request.ts';
import type { GatewayHooks } from '../hooks/gateway-hooks.ts';
import { batch } from './batch.ts';
import { type CallContext, NO_CONTEXT } from './call-context.ts';
import { CallRules } from './call-rules.ts';
import type { Call } from './call-step.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';
import { OperationCalls } from './operation-calls.ts';
import { SubgraphCaller } from './subgraph-caller.ts';

interface Sent {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: CallContext;
}

const NAMES = `query Books__1($first:Int$representations:[_Any!]!){_entities(representations:$representations){...on Book{names(first:$first)}}}`;
const PRICES = `query Books__2($first:Int$representations:[_Any!]!){_entities(representations:$representations){...on Book{prices(first:$first)}}}`;
const LIMIT = { message: 'too many objects', extensions: { code: 'OPERATION_LIMIT_EXCEEDED' } };

let sent: Sent[] = [];
/** Answer to merged calls; a right one if undefined. */
let answerOfMerged: ((right: GraphQLAnswer, context: CallContext) => GraphQLAnswer) | undefined;

beforeEach(() => {
  sent = [];
  answerOfMerged = undefined;
});

/** Entities in each list of a right answer, which name their list. */
function entitiesOf(variables: Sent['variables']): Record<string, unknown> {
  const lists = Object.entries(variables).filter(([name]) => name.startsWith('representations'));
  return Object.fromEntries(
    lists.map(([name, representations]) => {
      const alias = name === 'representations' ? '_entities' : `_e${name.slice('representations_'.length)}`;
      return [alias, (representations as { id: number }[]).map(({ id }) => ({ book: id }))];
    }),
  );
}

/** Returns the calls of an operation with these hooks. */
function callsWith(hooks: GatewayHooks): OperationCalls {
  const { gateway } = supergraphFile.parse({
    subgraphs: { books: { routing_url: 'http://127.0.0.1:1/', schema: { sdl: '' } } },
  });
  const settings = {
    ...gateway,
    subgraphErrors: { ...gateway.subgraphErrors, expected: {} },
    headers: toHeaderSettings(gateway.headers, {}),
  };
  const rules = CallRules.of(settings, hooks);
  assert.ok(rules);
  return new OperationCalls(rules, { signal: new AbortController().signal, headers: {}, claims: undefined });
}

/** Returns calls whose merged answers are `answerOfMerged`. */
function batched(joinsOperations: boolean): Call<GraphQLAnswer> {
  return batch({ joinsOperations })(async (request, context) => {
    const { query, variables } = JSON.parse(request.toBody());
    sent.push({ query, variables, context });
    const right: GraphQLAnswer = { data: entitiesOf(variables) };
    return query.includes('_e0:') && answerOfMerged ? answerOfMerged(right, context) : right;
  });
}

interface Start {
  readonly joinsOperations?: boolean;
  /** Header rules and hooks that fetches go through first. */
  readonly operationCalls?: OperationCalls;
  readonly call?: Call<GraphQLAnswer>;
}

function start({ joinsOperations = true, operationCalls, call = batched(joinsOperations) }: Start = {}) {
  const group = new CompiledGroup(2, 1, new HeldBytes());
  const constants = [NAMES, PRICES].map((operation, index) =>
    fetchConstants({ serviceName: 'books', operation, operationName: `Books__${index + 1}` }, 'query', group),
  );
  /** Makes the fetches of names and of prices of one operation. */
  const ask = (
    [names, prices]: readonly [number[], number[]],
    {
      context = NO_CONTEXT,
      execution = 1,
      variables = {},
    }: { context?: CallContext; execution?: number; variables?: object } = {},
  ) =>
    [names, prices].flatMap((ids, index) => {
      const [one] = constants.slice(index);
      const representations = ids.map((id) => JSON.stringify({ id }));
      if (!one || ids.length === 0) return [];
      const request = new FetchRequest(one, { ...variables }, representations, execution);
      return operationCalls ? operationCalls.call(request, (own) => call(request, own)) : call(request, context);
    });
  return { ask };
}

const books = (...ids: number[]): GraphQLAnswer => ({ data: { _entities: ids.map((book) => ({ book })) } });

test('makes one call of the fetches of one operation, with variables of their own', async () => {
  const { ask } = start();
  assert.deepEqual(await Promise.all(ask([[1, 2], [2]], { variables: { first: 3 } })), [books(1, 2), books(2)]);
  const [one, ...others] = sent;
  assert.deepEqual(others, []);
  assert.equal(
    one?.query,
    'query Books__1($first_0:Int$representations_0:[_Any!]!$first_1:Int$representations_1:[_Any!]!)' +
      '{_e0:_entities(representations:$representations_0){...on Book{names(first:$first_0)}}' +
      '_e1:_entities(representations:$representations_1){...on Book{prices(first:$first_1)}}}',
  );
  assert.deepEqual(one?.variables, {
    first_0: 3,
    representations_0: [{ id: 1 }, { id: 2 }],
    first_1: 3,
    representations_1: [{ id: 2 }],
  });
});

test("keeps the directives of the client's operation", () => {
  const group = new CompiledGroup(2, 1, new HeldBytes());
  const parts = [NAMES, PRICES].map((text) => {
    const operation = text.replace('){', ')@live(if:$first){');
    return fetchConstants({ serviceName: 'books', operation, operationName: undefined }, 'query', group);
  });
  const { query } = group.documentOf(parts).constants;
  assert.match(query, /^query Books__1\([^)]*\)@live\(if:\$first_0\)\{_e0:_entities.*_e1:_entities/);
});

test('makes calls of fetches whose hooks end at different times or set different headers, each as its hook says', async () => {
  const waits: Readonly<Record<string, number>> = { prices: 100 }; // more than a busy machine needs to send the others
  for (const [isSame, delays, calls] of [
    [true, {}, 1],
    [true, waits, 2],
    [false, {}, 2],
    [false, waits, 2],
  ] as const) {
    sent = [];
    const told: unknown[] = [];
    const hooked = callsWith({
      subgraphRequest: async ({ query, headers, representations }) => {
        const what = query.includes('prices') ? 'prices' : 'names';
        if (what in delays) await setTimeout(waits[what]);
        headers.set('x-what', isSame ? 'any' : what);
        told.push([what, representations]);
      },
    });
    const { ask } = start({ operationCalls: hooked });
    assert.deepEqual(await Promise.all(ask([[1, 2], [2]])), [books(1, 2), books(2)]);
    assert.deepEqual(told, [
      ['names', ['{"id":1}', '{"id":2}']],
      ['prices', ['{"id":2}']],
    ]);
    assert.deepEqual(
      sent.map(({ context: { headers } }) => headers.values['x-what']),
      ['any', 'any'].slice(0, calls).map((any, index) => (isSame ? any : ['names', 'prices'][index])),
    );
  }
});

test('sends a fetch as it is if the other has no entities', async () => {
  const { ask } = start();
  assert.deepEqual(await Promise.all(ask([[], [2]])), [books(2)]);
  assert.deepEqual(
    sent.map(({ query }) => query),
    [PRICES],
  );
});

test('makes one call of the fetches of several operations, unless batching is off', async () => {
  for (const [joinsOperations, calls] of [
    [true, 1],
    [false, 2],
  ] as const) {
    sent = [];
    const { ask } = start({ joinsOperations });
    const answers = [...ask([[1], [2]], { execution: 1 }), ...ask([[3, 1], [4]], { execution: 2 })];
    assert.deepEqual(await Promise.all(answers), [books(1), books(2), books(3, 1), books(4)]);
    assert.equal(sent.length, calls);
  }
});

test('merges the fetches of operations with other variables or headers apart', async () => {
  const { ask } = start();
  const context = { ...NO_CONTEXT, headers: new ForwardedHeaders({ authorization: 'a' }) };
  const answers = [
    ...ask([[1], [2]], { variables: { first: 1 } }),
    ...ask([[1], [2]], { variables: { first: 2 } }),
    ...ask([[1], [2]], { variables: { first: 2 }, context }),
  ];
  assert.deepEqual(await Promise.all(answers), Array.from({ length: 3 }, () => [books(1), books(2)]).flat());
  assert.deepEqual(
    sent.map(({ variables, context: { headers } }) => [variables.first_0, variables.first_1, headers.values]),
    [
      [1, 1, {}],
      [2, 2, {}],
      [2, 2, { authorization: 'a' }],
    ],
  );
});

test('gives each fetch the errors about its own entities, at the paths that it knows', async () => {
  const error = { message: 'no price' };
  answerOfMerged = ({ data }) => ({
    data: { ...data, _e1: [{ book: 2 }, null] },
    errors: [{ ...error, path: ['_e1', 1, 'prices', 0] }],
  });
  const { ask } = start();
  assert.deepEqual(await Promise.all(ask([[1], [2, 3]])), [
    books(1),
    { data: { _entities: [{ book: 2 }, null] }, errors: [{ ...error, path: ['_entities', 1, 'prices', 0] }] },
  ]);
  assert.equal(sent.length, 1);
});

const UNUSABLE: Readonly<Record<string, NonNullable<typeof answerOfMerged>>> = {
  'data of null': () => ({ data: null, errors: [{ message: 'no', path: ['_e0'] }] }),
  'a limit of the subgraph': () => ({ errors: [LIMIT] }),
  'an error without a path': ({ data }) => ({ data: data ?? null, errors: [{ message: 'no' }] }),
  'an error at a whole list': ({ data }) => ({ data: data ?? null, errors: [{ message: 'no', path: ['_e0'] }] }),
  'an error at an unknown list': ({ data }) => ({ data: data ?? null, errors: [{ message: 'no', path: ['_e2', 0] }] }),
  'an error at an index past the end': ({ data }) => ({
    data: data ?? null,
    errors: [{ message: 'no', path: ['_e1', 1] }],
  }),
  'a missing list': ({ data }) => ({ data: { _e0: data?._e0 } }),
  'a list too short': ({ data }) => ({ data: { ...data, _e1: [] } }),
  'a list too long': ({ data }) => ({ data: { ...data, _e1: [{ book: 2 }, null] } }),
  'lists that are exchanged': ({ data }) => ({ data: { _e0: data?._e1, _e1: data?._e0 } }),
  'lists without an alias': ({ data }) => ({ data: { _entities: data?._e0 } }),
  'no GraphQL': () => {
    throw new UnreadableAnswerError(400);
  },
  'a reply that is too long': () => {
    throw new BodyTooLargeError(1);
  },
};

for (const [what, answer] of Object.entries(UNUSABLE)) {
  test(`sends the parts of a merged call separately if its answer can not be used, and then for a while: ${what}`, async () => {
    const { ask } = start();
    answerOfMerged = answer;
    for (const calls of [3, 2]) {
      sent = [];
      assert.deepEqual(await Promise.all(ask([[1, 2], [3]])), [books(1, 2), books(3)]);
      assert.equal(sent.length, calls);
      assert.deepEqual(
        sent.slice(-2).map(({ query }) => query),
        [NAMES, PRICES],
      );
    }
  });
}

test('sends the parts of a merged call separately if the reply is longer than a subgraph may send', async (t) => {
  const { url } = await serveHttp(t, async (request, response) => {
    const { query, variables } = (await json(request)) as Pick<Sent, 'query' | 'variables'>;
    sent.push({ query, variables, context: NO_CONTEXT });
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: entitiesOf(variables) }));
  });
  const caller = new SubgraphCaller({
    subgraph: { name: 'books', routingUrl: url, schema: { sdl: '' }, timeoutMs: 5000 },
    traffic: { timeoutMs: 5000, deduplicateQuery: true, batchEntities: true, mergeFetches: true },
    secret: undefined,
    logger: recordLog().logger,
    maxReplyBytes: JSON.stringify({ data: { _entities: [{ book: 1 }, { book: 2 }] } }).length,
  });
  t.after(() => caller.close());
  const { ask } = start({ call: caller.call });
  assert.deepEqual(await Promise.all(ask([[1, 2], [3]])), [books(1, 2), books(3)]);
  assert.deepEqual(
    sent.map(({ query }) => query.includes('_e1')),
    [true, false, false],
  );
});

test('fails all parts of a merged call, and calls no more, while the subgraph says that it is gone', async () => {
  answerOfMerged = () => ({ errors: [LIMIT], head: { status: 503, headers: {} } });
  const { ask } = start();
  const ended = await Promise.allSettled(ask([[1], [2]]));
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(sent.length, 1);
});

test('limits the number of entities in a merged call', async () => {
  const ids = Array.from({ length: 600 }, (_, index) => index);
  const { ask } = start();
  assert.deepEqual(await Promise.all(ask([ids, ids])), [books(...ids), books(...ids)]);
  assert.deepEqual(
    sent.map(({ query }) => query),
    [NAMES, PRICES],
  );
});

test('does not count the reply to a merged call that can not be used', async () => {
  const bytes = new RequestBytes();
  answerOfMerged = (_, context) => {
    context.bytes?.takeReply(1000);
    return { data: null };
  };
  const { ask } = start();
  await Promise.all(ask([[1], [2]], { context: { ...NO_CONTEXT, bytes } }));
  assert.deepEqual([sent.length, bytes.replies], [3, 0]);
});

test('sends no part again for a fetch that has left or has hardly any time', async () => {
  const leaving = new AbortController();
  answerOfMerged = () => {
    leaving.abort();
    return { data: null };
  };
  const { ask } = start();
  const contexts = [
    { ...NO_CONTEXT, signal: leaving.signal },
    { ...NO_CONTEXT, deadline: new Deadline(40) },
    NO_CONTEXT,
  ];
  const [left, , last] = contexts.map((context, index) => Promise.allSettled(ask([[index], [index]], { context })));
  const ended = [...((await left) ?? []), ...((await last) ?? [])].map((one) =>
    one.status === 'fulfilled' ? one.value : one.status,
  );
  assert.deepEqual(ended, ['rejected', 'rejected', books(2), books(2)]);
  assert.deepEqual(
    sent.slice(1).map(({ variables }) => variables),
    [{ representations: [{ id: 2 }] }, { representations: [{ id: 2 }] }],
  );
});

test('keeps a bounded number of merged documents, and counts their bytes', () => {
  const held = new HeldBytes();
  const group = new CompiledGroup(2, 1, held);
  let most = 0;
  for (let count = 0; count < 200; count += 1) {
    const parts = [0, 1].map((index) => {
      const operation = NAMES.replace('names', `names${index}_${count}`);
      return fetchConstants({ serviceName: 'books', operation, operationName: undefined }, 'query', group);
    });
    assert.equal(group.documentOf(parts), group.documentOf(parts));
    most = Math.max(most, held.bytes);
  }
  assert.ok(most < 33 * 4000, `${most} bytes`);
});
