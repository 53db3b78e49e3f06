import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serveSubgraph } from '@lockstep/subgraph-kit/testing/serve-subgraph.ts';
import { usersSubgraph } from './subgraph.ts';

const CREATE_USER =
  'mutation ($name: String!, $email: String!) { createUser(name: $name, email: $email) { id name email createdAt } }';
const ENTITIES =
  'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id name } } }';

/** Serves the users subgraph with the users 1 to `count`. */
async function startUsersWith(t: TestContext, count: number) {
  const served = await serveSubgraph(t, usersSubgraph);
  for (let key = 1; key <= count; key++) {
    await served.ask(CREATE_USER, { name: `User ${key}`, email: `${key}@example.com` });
  }
  served.log.clear();
  return served;
}

describe('the users subgraph', () => {
  test('creates a user and finds it', async (t) => {
    const { ask } = await serveSubgraph(t, usersSubgraph);
    const { data, errors } = await ask(CREATE_USER, { name: ' Ada ', email: 'ada@example.com' });
    assert.equal(errors, undefined);
    assert.match(
      JSON.stringify(data),
      /^\{"createUser":\{"id":"1","name":"Ada","email":"ada@example.com","createdAt":"\d{4}-\d\d-\d\dT[\d:.]+Z"\}\}$/,
    );
    const found = await ask('{ user(id: "1") { name email } }');
    assert.deepEqual(found.data, { user: { name: 'Ada', email: 'ada@example.com' } });
  });

  test('reports that an address is taken', async (t) => {
    const { ask } = await startUsersWith(t, 1);
    const { data, errors } = await ask(CREATE_USER, { name: 'Eve', email: '1@EXAMPLE.com' });
    assert.equal(data, null);
    assert.equal(errors?.[0]?.message, 'email: 1@EXAMPLE.com belongs to another user already');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'EMAIL_TAKEN' });
  });

  test('returns null for a user who does not exist', async (t) => {
    const { ask } = await serveSubgraph(t, usersSubgraph);
    assert.deepEqual(await ask('{ user(id: "99") { id } }'), { status: 200, data: { user: null } });
  });

  test("reports that an id is none, at the field's path", async (t) => {
    const { ask } = await serveSubgraph(t, usersSubgraph);
    const { data, errors } = await ask('{ user(id: "x") { id } }');
    assert.deepEqual(data, { user: null });
    assert.equal(errors?.[0]?.message, 'id: "x" must be an id: a whole number from 1, such as "42"');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'BAD_USER_INPUT', argument: 'id' });
    assert.deepEqual(errors?.[0]?.path, ['user']);
  });

  test('lists users, page by page', async (t) => {
    const { ask } = await startUsersWith(t, 3);
    const first = await ask('{ users(first: 2) { id } }');
    assert.deepEqual(first.data, { users: [{ id: '1' }, { id: '2' }] });
    const second = await ask('{ users(first: 2, after: "2") { id } }');
    assert.deepEqual(second.data, { users: [{ id: '3' }] });
  });

  test('lists at most 100 users', async (t) => {
    const { ask } = await serveSubgraph(t, usersSubgraph);
    const { errors } = await ask('{ users(first: 101) { id } }');
    assert.equal(errors?.[0]?.message, 'first: 101 must be from 1 to 100');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'BAD_USER_INPUT', argument: 'first' });
  });

  test('finds all the users of one query in one statement', async (t) => {
    const { ask, log } = await startUsersWith(t, 2);
    const { data } = await ask('{ a: user(id: 1) { id } b: user(id: 2) { id } c: user(id: 99) { id } }');
    assert.deepEqual(data, { a: { id: '1' }, b: { id: '2' }, c: null });
    assert.equal(log.statements().length, 1);
  });
});

describe("the users subgraph's entities", () => {
  const representationsOf = (...ids: unknown[]) => ids.map((id) => ({ __typename: 'User', id }));

  test('come in the order of their representations, null for an unknown or malformed one, in one statement', async (t) => {
    const { ask, log } = await startUsersWith(t, 3);
    const ids = ['3', '99', '1', 'x', '1', '-1', '', null];
    const { data, errors } = await ask(ENTITIES, { representations: representationsOf(...ids) });
    assert.equal(errors, undefined);
    assert.deepEqual(data, {
      _entities: [
        { id: '3', name: 'User 3' },
        null,
        { id: '1', name: 'User 1' },
        null,
        { id: '1', name: 'User 1' },
        null,
        null,
        null,
      ],
    });
    assert.equal(log.statements().length, 1);
  });

  test('cost no statement if no key is well-formed', async (t) => {
    const { ask, log } = await serveSubgraph(t, usersSubgraph);
    const { data } = await ask(ENTITIES, { representations: representationsOf('x', '0') });
    assert.deepEqual(data, { _entities: [null, null] });
    assert.deepEqual(log.statements(), []);
  });
});
