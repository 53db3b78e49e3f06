import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveHttp } from '../../testing/test-server.ts';
import { live, ready } from './health.ts';

async function ask(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

test('answers that the process is live', async (t) => {
  const { url } = await serveHttp(t, live);
  assert.deepEqual(await ask(url), { status: 200, text: 'live\n' });
});

test('answers 503 with the reason until the process is ready', async (t) => {
  let reason: string | undefined = 'the database does not answer';
  const { url } = await serveHttp(
    t,
    ready(async () => reason),
  );
  assert.deepEqual(await ask(url), { status: 503, text: 'not ready: the database does not answer\n' });
  reason = undefined;
  assert.deepEqual(await ask(url), { status: 200, text: 'ready\n' });
});
