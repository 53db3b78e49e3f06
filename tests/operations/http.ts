import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, codesOf, errorsOf, get } from '../harness/client.ts';
import { ada, graph } from './graph.ts';

const id = ada;

test('executes __typename, aliases, fragments, directives and several root fields', async () => {
  const query = `query ($id: ID!, $no: Boolean!) {
    __typename
    ada: user(id: $id) { ...Named id @skip(if: $no) __typename }
    nobody: user(id: "999999") { ...Named }
    orders(userId: "999999") { id }
  }
  fragment Named on User { called: name }`;
  assert.deepEqual(await get(graph.url, query, { id, no: true }), {
    __typename: 'Query',
    ada: { called: 'Ada Lovelace', __typename: 'User' },
    nobody: null,
    orders: [],
  });
  assert.deepEqual(await get(graph.url, 'mutation { __typename }'), { __typename: 'Mutation' });
});

test('executes the named operation of several', async () => {
  const query = 'query A { __typename } query B($id: ID!) { user(id: $id) { name } }';
  const response = await post({ query, operationName: 'B', variables: { id } });
  assert.deepEqual(await response.json(), { data: { user: { name: 'Ada Lovelace' } } });
});

test('accepts a query by GET if it is not a simple request, and never a mutation', async () => {
  const url = (query: string) => `${graph.url}?${new URLSearchParams({ query })}`;
  const headers = { 'apollo-require-preflight': 'true' };
  const query = await fetch(url('{ users(first: 1) { name } }'), { headers });
  assert.deepEqual([query.status, await query.json()], [200, { data: { users: [{ name: 'Ada Lovelace' }] } }]);
  assert.equal(query.headers.get('cache-control'), 'no-store');
  const emails = () => get(graph.url, '{ users(first: 100) { email } }');
  const before = await emails();
  const simple = await fetch(url('{ users { name } }'));
  assert.equal(simple.status, 400);
  const mutation = await fetch(url('mutation { createUser(name: "Eve", email: "eve@example.com") { id } }'), {
    headers,
  });
  assert.equal(mutation.status, 405);
  assert.deepEqual(await emails(), before);
});

test('rejects invalid operations with their code', async () => {
  assert.deepEqual(codesOf(await ask(graph.url, '{ users {')), ['GRAPHQL_PARSE_FAILED']);
  const unknown = await ask(graph.url, '{ users { nickname } }');
  assert.equal(unknown.status, 400);
  assert.deepEqual(errorsOf(unknown), [
    'GRAPHQL_VALIDATION_FAILED: Cannot query field "nickname" on type "User". Did you mean "name"?',
  ]);
  const subscription = await ask(graph.url, 'subscription { users { id } }');
  assert.deepEqual([subscription.status, codesOf(subscription)], [400, ['OPERATION_NOT_SUPPORTED']]);
  const missing = await ask(graph.url, 'query ($id: ID!) { user(id: $id) { id } }');
  assert.deepEqual(codesOf(missing), ['BAD_USER_INPUT']);
});

test('rejects @defer instead of sending the part at once', async () => {
  const deferred = await ask(graph.url, '{ __typename ... @defer { users { id } } }');
  assert.deepEqual([deferred.status, codesOf(deferred)], [400, ['OPERATION_NOT_SUPPORTED']]);
  assert.match(deferred.text, /@defer/);
});

test('rejects several operations without a valid operationName', async () => {
  const query = 'query A { __typename } query B { __typename }';
  for (const operationName of [undefined, '', 'C']) {
    const response = await post({ query, operationName });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /"code":"OPERATION_RESOLUTION_FAILURE"/);
  }
});

test('returns 4xx for requests that are not GraphQL', async () => {
  assert.equal((await post('{ no JSON')).status, 400);
  assert.equal((await post({})).status, 400);
  assert.equal((await post({ query: '{ __typename }' }, 'text/plain')).status, 400);
  assert.equal(
    (await fetch(graph.url, { method: 'DELETE', headers: { 'apollo-require-preflight': 'true' } })).status,
    405,
  );
  assert.equal((await fetch(new URL('/elsewhere', graph.url))).status, 404);
});

test('serves the health of each process', async () => {
  for (const { url } of [graph.users, graph.orders, graph.gateway]) {
    for (const state of ['live', 'ready']) {
      const response = await fetch(new URL(`/health/${state}`, url));
      assert.deepEqual([response.status, await response.text()], [200, `${state}\n`]);
    }
  }
});

function post(body: unknown, contentType = 'application/json'): Promise<Response> {
  return fetch(graph.url, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
