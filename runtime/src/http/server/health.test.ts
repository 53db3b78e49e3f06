import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serveHttp } from '../../testing/test-server.ts';
import { live, ready } from './health.ts';
import type { Handler } from './server.ts';

async function ask(t: TestContext, handler: Handler): Promise<{ status: number; text: string }> {
  const { url } = await serveHttp(t, handler);
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

describe('health', () => {
  test('is live while the process runs', async (t) => {
    assert.deepEqual(await ask(t, live), { status: 200, text: 'live\n' });
  });

  test('is ready while the check passes', async (t) => {
    assert.deepEqual(
      await ask(
        t,
        ready(async () => {}),
      ),
      { status: 200, text: 'ready\n' },
    );
  });

  test('is not ready while the check rejects, and does not say why', async (t) => {
    const handler = ready(() => Promise.reject(new Error('disk full')));
    assert.deepEqual(await ask(t, handler), { status: 503, text: 'not ready\n' });
  });

  test('is ready again once the check passes', async (t) => {
    let broken = true;
    const { url } = await serveHttp(
      t,
      ready(async () => {
        if (broken) throw new Error('locked');
      }),
    );
    assert.equal((await fetch(url)).status, 503);
    broken = false;
    assert.equal((await fetch(url)).status, 200);
  });
});
