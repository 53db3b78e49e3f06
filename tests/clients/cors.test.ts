import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { start } from '../harness/graph.ts';

/** Returns the origin that the response to a preflight from this one allows. */
async function allowed(url: string, origin: string): Promise<string | null> {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,apollo-require-preflight',
    },
  });
  const { headers } = response;
  if (headers.has('access-control-allow-origin')) {
    assert.equal(response.status, 204);
    assert.match(headers.get('access-control-allow-methods') ?? '', /POST/);
    assert.equal(headers.get('access-control-allow-headers'), 'content-type,apollo-require-preflight');
  }
  return headers.get('access-control-allow-origin');
}

const [gateway, named, production] = await Promise.all([
  start({ after }, 'gateway'),
  start({ after }, 'gateway', {
    CORS_ORIGINS: 'https://shop.example, https://admin.shop.example, https://*.a.*.a.*.shop.example',
  }),
  start({ after }, 'gateway', { NODE_ENV: 'production' }),
]);

test('allows Sandbox and pages of this machine, and no other origin', async () => {
  for (const origin of [
    'https://studio.apollographql.com',
    'http://localhost:5173',
    'https://localhost',
    'http://127.0.0.1:8080',
    'http://[::1]:3000',
  ]) {
    assert.equal(await allowed(gateway.url, origin), origin);
  }
  for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'https://evil.example:5173', 'null']) {
    assert.equal(await allowed(gateway.url, origin), null);
  }
});

test('allows the origin in responses too', async () => {
  const ask = (origin: string) =>
    fetch(gateway.url, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
  const { headers } = await ask('http://localhost:5173');
  assert.equal(headers.get('access-control-allow-origin'), 'http://localhost:5173');
  assert.match(headers.get('vary') ?? '', /origin/i);
  assert.equal((await ask('https://evil.example')).headers.get('access-control-allow-origin'), null);
});

test('CORS_ORIGINS replaces the list', async () => {
  assert.equal(await allowed(named.url, 'https://shop.example'), 'https://shop.example');
  assert.equal(await allowed(named.url, 'https://admin.shop.example'), 'https://admin.shop.example');
  assert.equal(await allowed(named.url, 'https://studio.apollographql.com'), null);
  assert.equal(await allowed(named.url, 'http://localhost:5173'), null);
});

test('allows no origin in production mode', async () => {
  assert.equal(await allowed(production.url, 'https://studio.apollographql.com'), null);
  assert.equal(await allowed(production.url, 'http://localhost:5173'), null);
});

test('varies by origin, also without one in the request', async () => {
  for (const headers of [{}, { origin: 'http://localhost:5173' }]) {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('vary'), 'Origin');
  }
});

test('a long origin does not hold up the process, whatever wildcards are configured', async () => {
  const askedAt = performance.now();
  assert.equal(await allowed(named.url, `https://${'a.'.repeat(7000)}`), null);
  const tookMs = performance.now() - askedAt;
  assert.ok(tookMs < 1000, `${tookMs} ms`);
});
