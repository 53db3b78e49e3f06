import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serveSubgraph } from '@lockstep/subgraph-kit/testing/serve-subgraph.ts';
import { seed } from './seed.ts';
import { sampleItemsSubgraph } from './subgraph.ts';

const CREATE = `mutation ($name: String!, $idempotencyKey: String) {
  createSampleItem(name: $name, idempotencyKey: $idempotencyKey) { id name }
}`;
const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on SampleItem { id name } }
}`;

/** Serves the subgraph with the sample items 1, 2, 3 … of these names. */
async function serveWith(t: TestContext, ...names: string[]) {
  const served = await serveSubgraph(t, sampleItemsSubgraph);
  for (const name of names) await served.ask(CREATE, { name });
  served.log.clear();
  return served;
}

describe('createSampleItem', () => {
  test('creates a sample item that is found by its id', async (t) => {
    const { ask } = await serveWith(t);
    const { data } = await ask(CREATE, { name: ' New ' });
    assert.deepEqual(data, { createSampleItem: { id: '1', name: 'New' } });
    const found = await ask('{ sampleItem(id: 1) { name createdAt } none: sampleItem(id: 99) { id } }');
    assert.match(JSON.stringify(found.data), /^\{"sampleItem":\{"name":"New","createdAt":"\d{4}-.*Z"\},"none":null\}$/);
  });

  test('refuses a name that is empty or too long', async (t) => {
    const { ask } = await serveWith(t);
    for (const name of ['', 'a'.repeat(101)]) {
      const { data, errors } = await ask(CREATE, { name });
      assert.equal(data, null);
      assert.deepEqual(errors?.[0]?.extensions, { code: 'BAD_USER_INPUT', argument: 'name' });
    }
  });

  test('creates one for an idempotency key, and refuses other arguments with it', async (t) => {
    const { ask } = await serveWith(t);
    const input = { name: 'New', idempotencyKey: 'k' };
    for (let times = 0; times < 2; times++) {
      assert.deepEqual((await ask(CREATE, input)).data, { createSampleItem: { id: '1', name: 'New' } });
    }
    const { errors } = await ask(CREATE, { ...input, name: 'Other' });
    assert.deepEqual(errors?.[0]?.extensions, { code: 'IDEMPOTENCY_KEY_REUSED' });
    assert.deepEqual((await ask('{ sampleItems { id } }')).data, { sampleItems: [{ id: '1' }] });
  });
});

describe('sampleItems', () => {
  test('lists them page by page', async (t) => {
    const { ask } = await serveWith(t, 'A', 'B', 'C');
    const { data } = await ask('{ head: sampleItems(first: 2) { id } tail: sampleItems(after: 2) { id } }');
    assert.deepEqual(data, { head: [{ id: '1' }, { id: '2' }], tail: [{ id: '3' }] });
  });

  test('lists at most 100', async (t) => {
    const { ask } = await serveWith(t);
    const { errors } = await ask('{ sampleItems(first: 101) { id } }');
    assert.deepEqual(errors?.[0]?.extensions, { code: 'BAD_USER_INPUT', argument: 'first' });
  });
});

test('entities come in the order of their representations, null for an unknown one, in one statement', async (t) => {
  const { ask, log } = await serveWith(t, 'A', 'B');
  const representations = ['2', '99', 'x', '1'].map((id) => ({ __typename: 'SampleItem', id }));
  const { data } = await ask(ENTITIES, { representations });
  assert.deepEqual(data, { _entities: [{ id: '2', name: 'B' }, null, null, { id: '1', name: 'A' }] });
  assert.equal(log.statements().length, 1);
});

test('the seed can run again', async (t) => {
  const { ask } = await serveWith(t);
  const get = async (query: string, variables: object) => assert.ok((await ask(query, { ...variables })).data);
  for (let times = 0; times < 2; times++) await seed({ get, ids: {} });
  const { data } = await ask('{ sampleItems { name } }');
  assert.deepEqual(data, { sampleItems: [{ name: 'First' }, { name: 'Second' }, { name: 'Third' }] });
});
