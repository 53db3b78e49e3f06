import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  ApolloClient,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { Client, type ClientOptions, cacheExchange, fetchExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { startGraph } from '../harness/graph.ts';

interface User {
  __typename: 'User';
  id: string;
  name: string;
}

const USER: TypedDocumentNode<{ user: User | null }, { id: string }> = gql`
  query User($id: ID!) { user(id: $id) { id name } }
`;
const CREATE_USER: TypedDocumentNode<{ createUser: User }, { name: string; email: string }> = gql`
  mutation CreateUser($name: String!, $email: String!) { createUser(name: $name, email: $email) { id name } }
`;

const graph = await startGraph({ after }, { only: ['users'] });
const cache = new InMemoryCache();
const apollo = new ApolloClient({ link: new HttpLink({ uri: graph.url }), cache });
after(() => apollo.stop());

test('@apollo/client mutates, queries and reads an entity from its cache', async () => {
  const created = await apollo.mutate({ mutation: CREATE_USER, variables: { name: 'Ada', email: 'ada@example.com' } });
  const id = created.data?.createUser.id ?? '';
  const { data } = await apollo.query({ query: USER, variables: { id } });
  assert.deepEqual(data, { user: { __typename: 'User', id, name: 'Ada' } });

  graph.usersProxy.calls.length = 0;
  const again = await apollo.query({ query: USER, variables: { id } });
  assert.deepEqual(again.data, data);
  assert.deepEqual(cache.extract()[`User:${id}`], { __typename: 'User', id, name: 'Ada' });
  assert.equal(graph.usersProxy.calls.length, 0);
});

test('@apollo/client reads the code of an error', async () => {
  const wrong = apollo.mutate({ mutation: CREATE_USER, variables: { name: '', email: 'eve@example.com' } });
  await assert.rejects(wrong, (error) => {
    if (!CombinedGraphQLErrors.is(error)) return false;
    assert.deepEqual(
      error.errors.map(({ extensions }) => extensions?.code),
      ['BAD_USER_INPUT'],
    );
    return true;
  });
});

/** urql sends queries by GET by default. A GET needs a header that makes browsers send a preflight. */
const URQL_SETTINGS: Record<string, Partial<ClientOptions>> = {
  POST: { preferGetMethod: false },
  GET: { fetchOptions: { headers: { 'apollo-require-preflight': 'true' } } },
};

for (const [method, settings] of Object.entries(URQL_SETTINGS)) {
  test(`@urql/core mutates and queries by ${method}`, async () => {
    const client = new Client({ url: graph.url, exchanges: [cacheExchange, fetchExchange], ...settings });
    const email = `${method}@example.com`;
    const create = 'mutation ($email: String!) { createUser(name: "Ada", email: $email) { id email } }';
    const created = await client.mutation(create, { email });
    assert.equal(created.error, undefined);
    const { id } = created.data.createUser;
    const found = await client.query('query ($id: ID!) { user(id: $id) { email } }', { id });
    assert.equal(found.error, undefined);
    assert.deepEqual(found.data, { user: { __typename: 'User', email } });

    const taken = await client.mutation(create, { email });
    assert.deepEqual(
      taken.error?.graphQLErrors.map(({ extensions }) => extensions.code),
      ['EMAIL_TAKEN'],
    );
  });
}

test('graphql-request mutates, queries and reads the code of an error', async () => {
  const client = new GraphQLClient(graph.url);
  const variables = { name: 'Ada', email: 'request@example.com' };
  const { createUser } = await client.request(CREATE_USER, variables);
  assert.deepEqual(await client.request(USER, { id: createUser.id }), { user: { id: createUser.id, name: 'Ada' } });
  await assert.rejects(client.request(CREATE_USER, variables), (error) => {
    assert.ok(error instanceof ClientError);
    assert.deepEqual(
      error.response.errors?.map(({ extensions }) => extensions?.code),
      ['EMAIL_TAKEN'],
    );
    return true;
  });
});
