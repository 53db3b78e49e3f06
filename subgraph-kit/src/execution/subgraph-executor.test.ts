import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { ACCEPT } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { buildSubgraph } from '../subgraph.ts';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT
  type Query { fine(size: Size): String @cacheControl(maxAge: 30) broken: String @cacheControl(maxAge: 30) }
  type Mutation { count: Int refuse: Int }
  type Item @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String! }
  enum Size { SMALL LARGE }
`;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** Starts a subgraph that counts its work, and returns a function that queries it. */
async function serveCounting(t: TestContext) {
  let calls = 0;
  const log = recordLog();
  const subgraph = await buildSubgraph({
    typeDefs,
    resolvers: {
      Query: { fine: () => 'fine', broken: () => Promise.reject(new Error('no such table')) },
      Mutation: {
        count: () => {
          calls += 1;
          return null;
        },
        refuse: () => {
          calls += 1;
          throw new ExpectedError('EMAIL_TAKEN', 'it is taken');
        },
      },
      Item: { __resolveReference: ({ id }: { id: string }) => (id === '0' ? null : { id, name: `item ${id}` }) },
    },
    context: (lifetime) => lifetime,
    isReady: async () => undefined,
    maxObjects: 50,
    config: toProcessConfig({
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      DRAIN_DELAY_MS: 0,
      LOG_LEVEL: 'info',
      LOG_FILE_MB: 10,
      LOG_FILES_KEPT: 10,
    }),
    logger: log.logger,
  });
  t.after(() => subgraph.stop());
  const { url } = await serveHttp(t, subgraph.handler);
  return {
    log,
    calls: () => calls,
    ask: async (body: object, accept: string): Promise<Answer> => {
      const headers = { 'content-type': 'application/json', connection: 'close', accept };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      const { date, ...answered } = Object.fromEntries(response.headers);
      const text = (await response.text()).replaceAll(/"id":"[\w-]{36}"/g, '"id":"…"');
      return { status: response.status, headers: answered, text };
    },
  };
}

const entities = `query Of($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename ... on Item { id name } } }`;

const two = 'query A { fine } query B { broken }';

const TOO_LARGE = `{ ${Array.from({ length: 60 }, (_, index) => `f${index}: fine`).join(' ')} }`;

const BODIES: Record<string, object> = {
  'an answer': { query: '{ fine }' },
  'null for variables': { query: '{ fine }', variables: null, operationName: null, extensions: {} },
  entities: {
    query: entities,
    operationName: 'Of',
    variables: { representations: ['1', '0', '2'].map((id) => ({ __typename: 'Item', id })) },
  },
  'an unknown entity': { query: entities, variables: { representations: [{ __typename: 'Nothing' }] } },
  'more objects than it may make': { query: TOO_LARGE },
  'a variable that is wrong': { query: 'query ($size: Size) { fine(size: $size) }', variables: { size: 'SMAL' } },
  'a variable that is missing': { query: entities },
  'an unexpected error': { query: '{ fine broken }' },
  'an expected error': { query: 'mutation { refuse }' },
  'one of two operations': { query: two, operationName: 'A' },
  'the other': { query: two, operationName: 'B' },
  'neither of them': { query: two },
  'none of them': { query: two, operationName: 'C' },
  introspection: { query: '{ __schema { queryType { name } } }' },
  'the schema for composition': { query: '{ _service { sdl } }' },
  'what is not valid': { query: '{ fin }' },
  'variables that are none': { query: '{ fine }', variables: [1] },
  'an operation name that is none': { query: '{ fine }', operationName: 7 },
  'extensions that are none': { query: '{ fine }', extensions: 'x' },
};

describe('a request whose document is known gets the answer that it got before:', () => {
  for (const [name, body] of Object.entries(BODIES)) {
    test(name, async (t) => {
      const { ask } = await serveCounting(t);
      for (const accept of ['*/*', ACCEPT, 'application/json', 'text/html']) {
        const fresh = await (await serveCounting(t)).ask(body, accept);
        await ask(BODIES['an answer'] ?? {}, accept);
        assert.deepEqual(await ask(body, accept), fresh);
        assert.deepEqual(await ask(body, accept), fresh);
      }
    });
  }
});

test('gives answers the cache-control that the hints of the schema ask for, but errors and mutations none to store', async (t) => {
  const { ask } = await serveCounting(t);
  for (const [name, expected] of [
    ['an answer', 'max-age=30, public'],
    ['entities', 'max-age=60, public'],
    ['an unexpected error', 'no-store'],
    ['an expected error', 'no-store'],
    ['a variable that is wrong', 'no-store'],
    ['what is not valid', 'no-store'],
    ['the schema for composition', 'no-store'],
  ] as const) {
    for (const document of ['new', 'known']) {
      const { headers } = await ask(BODIES[name] ?? {}, ACCEPT);
      assert.equal(headers['cache-control'], expected, `${name}, ${document}`);
    }
  }
  const { headers } = await ask({ query: 'mutation { count }' }, ACCEPT);
  assert.equal(headers['cache-control'], 'no-store');
});

test('an operation is run once for each request, and an error of a known one is logged', async (t) => {
  const { ask, calls, log } = await serveCounting(t);
  for (const query of ['mutation { count }', 'mutation { refuse }']) {
    for (let time = 0; time < 3; time++) await ask({ query }, ACCEPT);
  }
  assert.equal(calls(), 6);
  for (let time = 0; time < 3; time++) await ask({ query: '{ broken }' }, ACCEPT);
  assert.equal(log.lines.filter((line) => JSON.stringify(line).includes('no such table')).length, 3);
});

test('ends what would make too many objects, whether its document is known or not', async (t) => {
  const { ask } = await serveCounting(t);
  for (const _ of ['new', 'known']) {
    const { data, errors } = JSON.parse((await ask({ query: TOO_LARGE }, ACCEPT)).text);
    assert.deepEqual([data, errors.length, errors[0].extensions.code], [null, 1, 'OPERATION_LIMIT_EXCEEDED']);
  }
});

test('of a document with two operations each is itself', async (t) => {
  const { ask } = await serveCounting(t);
  const query = 'query A { fine } query B { other: fine }';
  const names = ['A', 'B', 'A', 'B'];
  const answers = await Promise.all(names.map((operationName) => ask({ query, operationName }, ACCEPT)));
  const again = await Promise.all(names.map((operationName) => ask({ query, operationName }, ACCEPT)));
  for (const all of [answers, again]) {
    assert.deepEqual(
      all.map(({ text }) => text.trim()),
      names.map((name) => `{"data":{"${name === 'A' ? 'fine' : 'other'}":"fine"}}`),
    );
  }
});

test('operations that a document does not have are refused as ever, whatever they are called', async (t) => {
  const { ask } = await serveCounting(t);
  const query = 'query A { fine } query B { broken }';
  const fresh = await ask({ query, operationName: 'C0' }, ACCEPT);
  for (let other = 0; other < 20; other++) {
    const answer = await ask({ query, operationName: `C${other}` }, ACCEPT);
    assert.deepEqual([answer.status, answer.text], [fresh.status, fresh.text.replace('C0', `C${other}`)]);
  }
});
