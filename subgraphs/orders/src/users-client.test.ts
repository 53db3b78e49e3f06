import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { answers, knows, serveUsers } from './testing/users-server.ts';
import { UsersClient } from './users-client.ts';

const UNAVAILABLE = {
  message: 'Subgraph "users" is unavailable',
  extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'users' },
};

/** Asks the server whether the user exists. */
async function ask(t: TestContext, listener: RequestListener, id: string, secret?: string): Promise<boolean> {
  const { url } = await serveUsers(t, listener);
  const client = new UsersClient({ url, timeoutMs: 2000, secret, logger: recordLog().logger });
  t.after(() => client.close());
  return client.exists(id, { signal: AbortSignal.timeout(10_000) });
}

describe('UsersClient.exists', () => {
  test('is true if users returns the user', async (t) => assert.equal(await ask(t, knows('1'), '1'), true));

  test('is false if users returns null', async (t) => assert.equal(await ask(t, knows('1'), '2'), false));

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
    test(`fails if users returns ${name}`, async (t) => {
      await assert.rejects(ask(t, answers(200, body), '1'), UNAVAILABLE);
    });
  }

  test('is asked with the shared secret', async (t) => {
    const received: IncomingHttpHeaders[] = [];
    const recorder: RequestListener = (request, response) => {
      received.push(request.headers);
      return knows('1')(request, response);
    };
    await ask(t, recorder, '1', 'a secret of the test');
    assert.equal(received[0]?.['x-subgraph-secret'], 'a secret of the test');
  });
});
