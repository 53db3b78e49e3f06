import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import { MAX_VARIABLE_ERRORS } from '@lockstep/runtime/graphql/variable-errors.ts';
import { toProcessConfig } from '@lockstep/runtime/process-config.ts';
import { askGraphql } from '@lockstep/runtime/testing/graphql-request.ts';
import { type LogRecorder, recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { buildSubgraph } from './subgraph.ts';

const SECRET = 'a secret of the test';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { fine(size: Size, sizes: [Size!]): String broken: String taken: String }
  enum Size { SMALL LARGE }
`;

const resolvers = {
  Query: {
    fine: () => 'fine',
    broken: () => {
      throw new Error('no such table: orders at http://10.0.0.1:4001');
    },
    taken: () => {
      throw new ExpectedError('EMAIL_TAKEN', 'it is taken');
    },
  },
};

interface Options {
  production?: boolean;
  secret?: string;
  isReady?: () => Promise<string | undefined>;
}

async function serveSubgraph(t: TestContext, options: Options = {}): Promise<{ url: string; log: LogRecorder }> {
  const log = recordLog();
  const subgraph = await buildSubgraph({
    typeDefs,
    resolvers,
    context: (lifetime) => lifetime,
    isReady: options.isReady ?? (async () => undefined),
    config: toProcessConfig({
      NODE_ENV: options.production ? 'production' : 'test',
      HOST: '127.0.0.1',
      DRAIN_DELAY_MS: 0,
      LOG_LEVEL: 'info',
      LOG_FILE_MB: 10,
      LOG_FILES_KEPT: 10,
      SUBGRAPH_SECRET: options.secret,
    }),
    logger: log.logger,
  });
  t.after(() => subgraph.stop());
  const { url } = await serveHttp(t, subgraph.handler);
  return { url, log };
}

describe('a subgraph', () => {
  test('answers GraphQL', async (t) => {
    const { url } = await serveSubgraph(t);
    assert.deepEqual(await askGraphql(url, '{ fine }'), { status: 200, data: { fine: 'fine' } });
  });

  test('returns its schema for composition', async (t) => {
    const { url } = await serveSubgraph(t);
    const { data } = await askGraphql(url, '{ _service { sdl } }');
    assert.match(JSON.stringify(data), /type Query/);
  });

  test('hides an unexpected error, and loses nothing else of the answer', async (t) => {
    const { url, log } = await serveSubgraph(t);
    const answer = await askGraphql(url, '{ fine broken }');
    const [error] = answer.errors ?? [];
    assert.deepEqual(answer.data, { fine: 'fine', broken: null });
    assert.equal(error?.message, 'Internal server error');
    assert.deepEqual(error?.extensions, { code: 'INTERNAL_SERVER_ERROR', id: error?.extensions.id });
    assert.doesNotMatch(JSON.stringify(answer), /no such table|10\.0\.0\.1|\.ts/);
    const logged = log.lines.find((line) => line.id === error?.extensions.id);
    assert.match(JSON.stringify(logged), /no such table: orders/);
  });

  test('shows an expected error', async (t) => {
    const { url } = await serveSubgraph(t);
    const { errors } = await askGraphql(url, '{ taken }');
    assert.equal(errors?.[0]?.message, 'it is taken');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'EMAIL_TAKEN' });
  });

  test('reports mistakes in variables, and that there are more, as mistakes', async (t) => {
    const { url, log } = await serveSubgraph(t);
    const query = 'query ($sizes: [Size!]) { fine(sizes: $sizes) }';
    const { errors = [] } = await askGraphql(url, query, { sizes: Array(1000).fill('HUGE') });
    assert.equal(errors.length, MAX_VARIABLE_ERRORS + 1);
    assert.deepEqual(new Set(errors.map(({ extensions }) => extensions.code)), new Set(['BAD_USER_INPUT']));
    assert.deepEqual(log.lines, []);
  });

  test('takes no persisted queries: its gateway sends none', async (t) => {
    const { url } = await serveSubgraph(t);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: [] } } });
    const response = await fetch(url, { method: 'POST', headers, body });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /"PERSISTED_QUERY_NOT_SUPPORTED"/);
  });

  test('shows its schema to a developer', async (t) => {
    const { url } = await serveSubgraph(t);
    const { data } = await askGraphql(url, '{ __schema { queryType { name } } }');
    assert.deepEqual(data, { __schema: { queryType: { name: 'Query' } } });
  });

  test('reveals nothing of its schema in production', async (t) => {
    const { url } = await serveSubgraph(t, { production: true });
    const { data, errors } = await askGraphql(url, '{ __schema { queryType { name } } }');
    assert.equal(data, undefined);
    assert.match(String(errors?.[0]?.message), /introspection is not allowed/);
    const misspelt = await askGraphql(url, '{ fin }');
    assert.doesNotMatch(String(misspelt.errors?.[0]?.message), /fine/);
    const wrong = await askGraphql(url, 'query ($size: Size) { fine(size: $size) }', { size: 'SMAL' });
    assert.deepEqual(
      wrong.errors?.map(({ message, extensions }) => [message, extensions]),
      [
        [
          'Variable "$size" got invalid value "SMAL"; Value "SMAL" does not exist in "Size" enum.',
          { code: 'BAD_USER_INPUT' },
        ],
      ],
    );
  });

  test('shows a browser a page, and none in production', async (t) => {
    const open = async (production: boolean) => {
      const { url } = await serveSubgraph(t, { production });
      return (await fetch(url, { headers: { accept: 'text/html' } })).status;
    };
    assert.deepEqual([await open(false), await open(true)], [200, 400]);
  });

  test('refuses an operation of a kind that it has not', async (t) => {
    const { url } = await serveSubgraph(t);
    const { errors } = await askGraphql(url, 'subscription { fine }');
    assert.deepEqual(
      errors?.map(({ extensions }) => extensions.code),
      ['GRAPHQL_VALIDATION_FAILED'],
    );
  });

  test('answers only callers with the secret if one is set', async (t) => {
    const { url } = await serveSubgraph(t, { secret: SECRET });
    assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 403);
    const answer = await askGraphql(url, '{ fine }', {}, { 'x-subgraph-secret': SECRET });
    assert.deepEqual(answer, { status: 200, data: { fine: 'fine' } });
  });

  test('shows its health to anyone', async (t) => {
    const { url } = await serveSubgraph(t, { secret: SECRET });
    assert.equal((await fetch(new URL('/health/live', url))).status, 200);
    assert.equal((await fetch(new URL('/health/ready', url))).status, 200);
  });

  test('is live and not ready while its check fails', async (t) => {
    const { url } = await serveSubgraph(t, { isReady: async () => 'no database' });
    assert.equal((await fetch(new URL('/health/live', url))).status, 200);
    const readiness = await fetch(new URL('/health/ready', url));
    assert.deepEqual([readiness.status, await readiness.text()], [503, 'not ready: no database\n']);
  });
});
