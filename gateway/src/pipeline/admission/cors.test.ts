import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { cors } from '../../configuration/sections/cors.ts';
import { mistakesOf, withGateway } from '../../configuration/testing/written-file.ts';
import { allowOrigins } from './cors.ts';

/** Returns the headers that a browser gets for a request from this origin. */
async function answerTo(t: TestContext, settings: object, origin: string, method = 'POST') {
  const { url } = await serveHttp(
    t,
    allowOrigins(cors.parse(settings), (_request, response) => void response.end('answered')),
  );
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  const { headers } = await fetch(url, { method, headers: { origin, ...(method === 'OPTIONS' && preflight) } });
  return (name: string) => headers.get(`access-control-${name}`);
}

const ORIGINS: [entry: string, allowed: string[], others: string[]][] = [
  [
    'https://shop.example',
    ['https://shop.example'],
    ['http://shop.example', 'https://shop.example:444', 'https://a.shop.example'],
  ],
  [
    'https://*.shop.example',
    ['https://a.shop.example', 'https://b.a.shop.example'],
    [
      'https://shop.example',
      'https://evil.example/.shop.example',
      'https://ashop.example',
      'https://a.shop.example.evil',
    ],
  ],
  [
    'http://localhost:*',
    ['http://localhost', 'http://localhost:5173'],
    ['http://localhost.evil', 'http://localhost:5173.evil'],
  ],
  ['https://a-*.shop.example', ['https://a-1.shop.example'], ['https://a-.shop.example', 'https://axshop.example']],
  ['capacitor://localhost', ['capacitor://localhost'], ['http://localhost']],
];

for (const [entry, allowed, others] of ORIGINS) {
  test(`${entry} matches those origins and no others`, async (t) => {
    for (const origin of allowed) {
      assert.equal((await answerTo(t, { origins: [entry] }, origin))('allow-origin'), origin);
    }
    for (const origin of others) {
      assert.equal((await answerTo(t, { origins: [entry] }, origin))('allow-origin'), null, origin);
    }
  });
}

test('* matches any origin, without credentials', async (t) => {
  assert.equal((await answerTo(t, { origins: ['*'] }, 'https://evil.example'))('allow-origin'), '*');
  assert.deepEqual(mistakesOf(withGateway('  cors: { origins: ["*"], allow_credentials: true }')), [
    '2: gateway.cors.origins: is a list: with allow_credentials, * would let every page act as its visitor; name the origins',
  ]);
});

test('sends credentials, exposed headers and max age as the settings say', async (t) => {
  const settings = {
    origins: ['https://shop.example'],
    allow_credentials: true,
    expose_headers: ['x-a', 'x-b'],
    max_age: '1m',
  };
  const preflight = await answerTo(t, settings, 'https://shop.example', 'OPTIONS');
  assert.deepEqual([preflight('allow-credentials'), preflight('max-age')], ['true', '60']);
  assert.equal((await answerTo(t, settings, 'https://shop.example'))('expose-headers'), 'x-a,x-b');
  const byDefault = await answerTo(t, {}, 'http://localhost:3000', 'OPTIONS');
  assert.deepEqual([byDefault('allow-credentials'), byDefault('max-age')], [null, '600']);
});
