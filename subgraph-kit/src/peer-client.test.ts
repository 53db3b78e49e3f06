import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { PeerClient } from './peer-client.ts';
import { answers, knows, servePeer } from './testing/peer-server.ts';

const UNAVAILABLE = {
  message: 'Subgraph "users" is unavailable',
  extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' },
};

const SHARED_SECRET = 'the secret of all';

/** Connects to the server as to the users subgraph. */
async function connect(t: TestContext, listener: RequestListener, secret?: string): Promise<PeerClient> {
  const { url } = await servePeer(t, listener);
  const { logger } = recordLog();
  const client = new PeerClient(
    'users',
    { urls: [url], timeoutMs: 2000, secret },
    { config: { secret: SHARED_SECRET }, logger },
  );
  t.after(() => client.close());
  return client;
}

const inTime = () => ({ signal: AbortSignal.timeout(10_000) });

/** Asks the server if the user exists. */
async function ask(t: TestContext, listener: RequestListener, id: string, secret?: string): Promise<boolean> {
  return (await connect(t, listener, secret)).exists('user', id, inTime());
}

describe('PeerClient.exists', () => {
  test('is true if the peer returns the object', async (t) => assert.equal(await ask(t, knows('1'), '1'), true));

  test('is false if the peer returns null', async (t) => assert.equal(await ask(t, knows('1'), '2'), false));

  test("is what the answer's body says, whatever the HTTP status", async (t) => {
    assert.equal(await ask(t, answers(500, { data: { user: { id: '1' } } }), '1'), true);
    assert.equal(await ask(t, answers(400, { data: { user: null } }), '1'), false);
  });

  const unknown: [name: string, body: unknown][] = [
    ['an error beside the null', { data: { user: null }, errors: [{ message: 'boom', path: ['user'] }] }],
    ['nothing but errors', { errors: [{ message: 'boom' }] }],
    ['no data', { data: null }],
    ['data without the field', { data: {} }],
  ];
  for (const [name, body] of unknown) {
    test(`fails if the peer returns ${name}`, async (t) => {
      await assert.rejects(ask(t, answers(200, body), '1'), UNAVAILABLE);
    });
  }

  test('logs why an answer can not be used, once while it stays the same', async (t) => {
    const { url } = await servePeer(
      t,
      answers(401, { errors: [{ message: 'This subgraph answers only its gateway' }] }),
    );
    const { logger, lines } = recordLog();
    const options = { urls: [url] as const, timeoutMs: 2000, secret: undefined };
    const client = new PeerClient('users', options, { config: { secret: SHARED_SECRET }, logger });
    t.after(() => client.close());
    for (let times = 0; times < 2; times += 1) await assert.rejects(client.exists('user', '1', inTime()), UNAVAILABLE);
    assert.deepEqual(
      lines.map(({ subgraph, msg }) => `${subgraph}: ${msg}`),
      [
        'users: the answer of the subgraph can not be used: {"errors":[{"message":"This subgraph answers only its gateway"}]}',
      ],
    );
  });

  test("is asked with the peer's own secret, or with the shared one", async (t) => {
    const received: IncomingHttpHeaders[] = [];
    const recorder: RequestListener = (request, response) => {
      received.push(request.headers);
      return knows('1')(request, response);
    };
    await ask(t, recorder, '1', 'a secret of the test');
    await ask(t, recorder, '1');
    assert.deepEqual(
      received.map((headers) => headers['x-subgraph-secret']),
      ['a secret of the test', SHARED_SECRET],
    );
  });
});

describe('PeerClient.entitiesExist', () => {
  const representations = ['1', '2'].map((id) => ({ __typename: 'User', id }));
  const entitiesExist = async (t: TestContext, body: unknown) =>
    (await connect(t, answers(200, body))).entitiesExist(representations, inTime());
  const user = { __typename: 'User' };

  test('says for each entity if the peer knows it', async (t) => {
    assert.deepEqual(await entitiesExist(t, { data: { _entities: [null, user] } }), [false, true]);
  });

  const unknown: [name: string, body: unknown][] = [
    ['an error', { data: { _entities: [user, null] }, errors: [{ message: 'boom', path: ['_entities', 1] }] }],
    ['no data', { data: null }],
    ['too few entities', { data: { _entities: [user] } }],
    ['no list', { data: { _entities: 7 } }],
  ];
  for (const [name, body] of unknown) {
    test(`fails if the peer returns ${name}`, async (t) => {
      await assert.rejects(entitiesExist(t, body), UNAVAILABLE);
    });
  }
});
