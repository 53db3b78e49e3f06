import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
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
  [
    'https://a-*.shop.example',
    ['https://a-1.shop.example', 'https://a-1.b.shop.example'],
    ['https://a-.shop.example', 'https://axshop.example', 'https://a-.b.shop.example', 'https://a-1..shop.example'],
  ],
  [
    'https://*.eu.*.example:*',
    ['https://a.eu.b.example', 'https://a.eu.eu.b.example:81', 'https://eu.eu.eu.example'],
    ['https://a.eu.example', 'https://eu.b.example', 'https://a.eu..b.example', 'https://a.eu.b.example:x'],
  ],
  ['https://*:444', ['https://a.example:444'], ['https://a.example', 'https://:444', 'https://a/b:444']],
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
});

test('rejects credentials for origins that anybody can have', () => {
  const rule = 'with allow_credentials, pages of anybody could act as their visitors; ';
  const advice = 'name the domain, such as https://*.shop.example';
  const anybodys = [
    ...['*', 'null', 'https://*', 'https://*:*', 'https://*:444', 'https://*.*', 'https://*.com'],
    ...['https://shop*', 'https://*shop.example', 'https://shop.*.example'],
  ];
  for (const entry of anybodys) {
    const mistakes = mistakesOf(withGateway(`  cors: { origins: ["https://a", "${entry}"], allow_credentials: true }`));
    assert.deepEqual(mistakes, [`2: gateway.cors.origins.1: "${entry}": ${rule}${advice}`]);
    assert.deepEqual(mistakesOf(withGateway(`  cors: { origins: ["${entry}"] }`)), []);
  }
  const own = '"https://shop.example", "https://*.shop.example", "https://a-*.shop.example:*", "http://*.localhost:*"';
  assert.deepEqual(mistakesOf(withGateway(`  cors: { origins: [${own}], allow_credentials: true }`)), []);
});

test('matches an origin in linear time, and none of more than 300 characters', async (t) => {
  const origins = ['https://*.a.*.a.*.shop.example', 'https://*-*.shop.example'];
  const long = `https://${'a'.repeat(300)}.shop.example`;
  assert.equal((await answerTo(t, { origins: ['https://*.shop.example'] }, long))('allow-origin'), null);
  let answered = 0;
  const handle = allowOrigins(cors.parse({ origins }), () => {
    answered += 1;
  });
  const askedAt = performance.now();
  for (const part of ['a.', 'a', '-', 'a-.a.', '.']) {
    const request = new IncomingMessage(new Socket());
    request.method = 'POST';
    request.headers.origin = `https://${part.repeat(14_000 / part.length)}`;
    handle(request, new ServerResponse(request));
  }
  const tookMs = performance.now() - askedAt;
  assert.equal(answered, 5);
  assert.ok(tookMs < 1000, `${tookMs} ms`);
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
