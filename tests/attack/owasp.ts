import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getIntrospectionQuery } from 'graphql';
import { assertTellsNothing } from '../harness/leaks.ts';
import { send, sendJson, type Target } from '../harness/targets.ts';
import { targets } from './usual-targets.ts';

// The OWASP cheat sheet for GraphQL, on the gateway and on each subgraph in production mode:
// https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html. The gateway's limits are in limits.production.ts.

/** Header that no web page can send without a preflight. */
const NOT_FORGED = { 'apollo-require-preflight': 'true' };
const QUERY = '{ __typename }';
const ANSWERED_WITHIN_MS = 1000;

/** Content types that forms and pages can send without a preflight. */
const SIMPLE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'];

/** Returns the status that refuses a content type: the gateway tells uploads that they aren't supported. */
function refusalOf({ name }: Target, type: string): number {
  return name === 'gateway' && type.startsWith('multipart/') ? 415 : 400;
}

/** Operations with an input object that has a misspelt key. */
const INPUTS: Readonly<Record<string, object>> = {
  gateway: misspelt('checkout(userId: 1, items: $items)', 'CheckoutItem'),
  orders: misspelt('checkout(userId: 1, items: $items)', 'CheckoutItem'),
  products: misspelt('reserveStock(orderId: 1, items: $items)', 'ReservationItem'),
};

for (const target of targets) {
  const { name, list } = target;
  const ask = (query: string, headers?: Record<string, string>) => sendJson(target, { query }, headers);

  describe(`${name} in production mode`, () => {
    test('rejects arrays of operations', async () => {
      for (const body of [[{ query: QUERY }, { query: QUERY }], [{ query: QUERY }], []]) {
        await assertRefused(await sendJson(target, body), 400);
      }
    });

    test('rejects requests that a web page can send without a preflight', async () => {
      await assertRefused(await send(target, {}, `?${new URLSearchParams({ query: QUERY })}`), 400);
      for (const type of SIMPLE_TYPES) {
        await assertRefused(await post(target, type, bodyOf(type, QUERY)), refusalOf(target, type));
      }
    });

    test('rejects mutations by GET with any headers', async () => {
      const several = { query: 'query A { __typename } mutation B { __typename }', operationName: 'B' };
      for (const parameters of [{ query: 'mutation { __typename }' }, several]) {
        const search = `?${new URLSearchParams(parameters)}`;
        await assertRefused(await send(target, {}, search), 400);
        await assertRefused(await send(target, { headers: NOT_FORGED }, search), 405);
        const json = { ...NOT_FORGED, 'content-type': 'application/json' };
        await assertRefused(await send(target, { headers: json }, search), 405);
      }
    });

    test('rejects forms with any headers', async () => {
      for (const type of SIMPLE_TYPES) {
        for (const operation of [QUERY, 'mutation { __typename }']) {
          const response = await post(target, type, bodyOf(type, operation), NOT_FORGED);
          await assertRefused(response, refusalOf(target, type));
        }
      }
    });

    test('rejects methods other than GET and POST', async () => {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const init = { method, headers: { ...NOT_FORGED, 'content-type': 'application/json' } };
        await assertRefused(await send(target, { ...init, body: JSON.stringify({ query: QUERY }) }), 405);
      }
    });

    test('suggests no names of its schema', async () => {
      const guesses = [
        `{ ${list}z { id } }`,
        `{ ${list} { idd } }`,
        `{ ${list}(firs: 1) { id } }`,
        `{ ${list} { id @skp(if: true) } }`,
        `{ ${list} { ... on Strin { id } } }`,
        'query ($x: Strin) { __typename }',
        '{ __typenam }',
        'mutation { createe { id } }',
      ];
      for (const guess of guesses) {
        const text = await assertRefused(await ask(guess), 400);
        assert.doesNotMatch(text, /did you mean/i);
      }
    });

    test('suggests no names for a wrong variable', async () => {
      const wrong = INPUTS[name];
      if (!wrong) return; // it has no input object
      const text = await assertRefused(await sendJson(target, wrong), 400);
      assert.match(text, /"BAD_USER_INPUT"/);
      assert.match(text, /is not defined by type/);
      assert.doesNotMatch(text, /did you mean/i);
    });

    test('reveals nothing of its schema', async () => {
      const questions = [
        getIntrospectionQuery(),
        '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } }',
        '{ __type(name: "Query") { name } }',
        '{ s: __schema { queryType { name } } }',
        'query { ...F } fragment F on Query { __schema { queryType { name } } }',
        '{ ... on Query { ... { __schema { queryType { name } } } } }',
        'mutation { __schema { queryType { name } } }',
      ];
      for (const question of questions) await assertRefused(await ask(question), 400);
      const search = `?${new URLSearchParams({ query: getIntrospectionQuery() })}`;
      await assertRefused(await send(target, { headers: NOT_FORGED }, search), 400);
    });

    test('reveals no traces, plans, times, pages or software names', async () => {
      const asked = { 'apollo-federation-include-trace': 'ftv1', 'apollo-query-plan-experimental': '1' };
      const body = { query: QUERY, extensions: { tracing: true, ftv1: true, queryPlan: true } };
      const response = await sendJson(target, body, {
        ...asked,
        'x-apollo-tracing': '1',
        'apollo-expose-query-plan': '1',
      });
      assert.deepEqual(await response.json(), { data: { __typename: 'Query' } });
      for (const header of ['server', 'x-powered-by', 'server-timing'])
        assert.equal(response.headers.get(header), null);
      const page = await send(target, { headers: { accept: 'text/html' } });
      assert.doesNotMatch(await assertRefused(page, 400), /<\w/);
    });

    test('reveals no internals in errors', async () => {
      const wrong = [
        await ask('{'),
        await ask('{ \u0000 }'),
        await ask('query ($x: Int!) { __typename @skip(if: $x) }'),
        await ask('subscription { __typename }'),
        await ask('query A { __typename } query B { __typename }'),
        await sendJson(target, { query: 'query ($x: Int!) { __typename }', variables: { x: 'x' } }),
        await sendJson(target, { query: 'query A { __typename }', operationName: 'B' }),
        await sendJson(target, { query: 'query A { __typename }', operationName: '' }),
        await sendJson(target, { query: 5 }),
        await sendJson(target, { query: QUERY, variables: 5 }),
        await sendJson(target, { query: QUERY, extensions: { persistedQuery: { version: 9, sha256Hash: [] } } }),
        await post(target, 'application/json', '{"query": at /'),
        await post(target, 'application/json; charset=utf-16', '{}'),
      ];
      for (const response of wrong) {
        const text = await response.text();
        assert.ok(response.status >= 400 && response.status < 500, `${response.status} ${text}`);
        assert.doesNotMatch(text, /stacktrace|exception|"extensions":\{[^}]*(ftv1|tracing)/);
        assertTellsNothing(text.replace('<EOF>', ''));
      }
    });

    test('answers repetitive requests soon and without a failure', async () => {
      const repeated: [document: string, code: string][] = [
        [`{ __typename ${'@aa'.repeat(10)} }`, 'GRAPHQL_VALIDATION_FAILED'],
        [`{ __typename ${'@skip(if: false)'.repeat(10)} }`, 'GRAPHQL_VALIDATION_FAILED'],
        [`{ ${'__typename '.repeat(500)} }`, 'OPERATION_LIMIT_EXCEEDED'],
        [`{ ${list} { ${'id '.repeat(500)} } }`, 'OPERATION_LIMIT_EXCEEDED'],
        [`{ ${Array.from({ length: 101 }, (_, n) => `a${n}: __typename`).join(' ')} }`, 'OPERATION_LIMIT_EXCEEDED'],
        [`{ ${list} { ...A } } fragment A on Strin { ...A }`, 'GRAPHQL_VALIDATION_FAILED'],
      ];
      for (const [document, code] of repeated) {
        const start = performance.now();
        const { errors } = JSON.parse(await assertRefused(await ask(document), 400));
        assert.equal(errors[0].extensions.code, code);
        const ms = performance.now() - start;
        assert.ok(ms < ANSWERED_WITHIN_MS, `${document.slice(0, 40)}: ${ms} ms`);
      }
    });

    test('still answers', async () => {
      assert.deepEqual(await (await ask(QUERY)).json(), { data: { __typename: 'Query' } });
    });
  });
}

test('the gateway serves no _service and no _entities', async () => {
  const [gateway] = targets;
  assert.equal(gateway?.name, 'gateway');
  for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
    await assertRefused(await sendJson(gateway, { query }), 400);
  }
});

function misspelt(field: string, type: string): object {
  const query = `mutation ($items: [${type}!]!) { ${field} { __typename } }`;
  return { query, variables: { items: [{ productId: 1, quantity: 1, quantit: 1 }] } };
}

function post(target: Target, type: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return send(target, { method: 'POST', headers: { ...headers, 'content-type': type }, body });
}

/** Encodes an operation as a web page sends it with that content type. */
function bodyOf(type: string, query: string): string {
  if (type.includes('urlencoded')) return String(new URLSearchParams({ query }));
  if (type === 'text/plain') return JSON.stringify({ query });
  const parts = { operations: JSON.stringify({ query }), map: '{}' };
  const lines = Object.entries(parts).map(
    ([name, value]) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${lines.join('')}--x--\r\n`;
}

/** Asserts that a request is rejected with this status, and that nothing was executed. */
async function assertRefused(response: Response, status: number): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.doesNotMatch(text, /"data":\{/);
  return text;
}
