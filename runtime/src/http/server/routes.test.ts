import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serveHttp } from '../../testing/test-server.ts';
import { answerText } from './answers.ts';
import { routes } from './routes.ts';

async function ask(t: TestContext, path: string): Promise<{ status: number; text: string }> {
  const handler = routes({
    '/one': (_request, response) => answerText(response, 200, 'one'),
    '/two': async (_request, response) => answerText(response, 201, 'two'),
  });
  const { url } = await serveHttp(t, handler);
  const response = await fetch(new URL(path, url));
  return { status: response.status, text: await response.text() };
}

describe('a path', () => {
  test('is dispatched to its handler', async (t) => {
    assert.deepEqual(await ask(t, '/one'), { status: 200, text: 'one\n' });
    assert.deepEqual(await ask(t, '/two'), { status: 201, text: 'two\n' });
  });

  test('ends at the query string', async (t) => {
    assert.deepEqual(await ask(t, '/one?query=two'), { status: 200, text: 'one\n' });
  });

  for (const path of ['/', '/three', '/one/', '/constructor', '/?/one']) {
    test(`${path} gets 404`, async (t) => {
      assert.deepEqual(await ask(t, path), { status: 404, text: 'Not found\n' });
    });
  }
});
