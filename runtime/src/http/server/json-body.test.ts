import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { serveGraphql } from '../../testing/graphql-server.ts';

const HELLO = '{"query":"{ hello }"}';
const COUNT = '{"query":"mutation { count }"}';
const ANSWER = '{"data":{"hello":"hello you"}}\n';

const FORBIDDEN_KEY = 'The JSON has a key "__proto__" or "constructor.prototype"; remove it';

const refusal = z.object({ errors: z.tuple([z.object({ message: z.string() })]) });

function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}

async function messageOf(response: Response): Promise<string> {
  return refusal.parse(await response.json()).errors[0].message;
}

describe('a content type', () => {
  for (const type of [
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
    'Application/JSON',
    'application/json; profile=x',
  ]) {
    test(`${type} is JSON`, async (t) => {
      const { url } = await serveGraphql(t);
      assert.equal(await (await post(url, HELLO, { 'content-type': type })).text(), ANSWER);
    });
  }

  test('with another charset than UTF-8 gets 415', async (t) => {
    const { url } = await serveGraphql(t);
    const response = await post(url, HELLO, { 'content-type': 'application/json; charset=utf-16' });
    assert.equal(response.status, 415);
    assert.equal(await messageOf(response), 'The request body is in utf-16; send it in UTF-8');
  });

  for (const type of ['application/graphql', 'application/jsonp', 'application/xml', 'json', '']) {
    test(`'${type}' is not JSON, and the body is not read`, async (t) => {
      const { url, counted } = await serveGraphql(t);
      const response = await post(url, COUNT, { 'content-type': type });
      assert.equal(response.status, 400);
      assert.match(await messageOf(response), /invalid Content-Type|CSRF/);
      assert.equal(counted(), 0);
    });
  }

  for (const type of ['text/plain', 'text/plain; x=application/json', 'application/x-www-form-urlencoded']) {
    test(`${type}, which any web page can send, is rejected as CSRF`, async (t) => {
      const { url, counted } = await serveGraphql(t);
      const response = await post(url, COUNT, { 'content-type': type });
      assert.equal(response.status, 400);
      assert.match(await messageOf(response), /CSRF/);
      assert.equal(counted(), 0);
    });
  }
});

describe('a content encoding', () => {
  test('gets 415 and the accepted encoding', async (t) => {
    const { url } = await serveGraphql(t);
    const response = await post(url, gzipSync(HELLO), { 'content-encoding': 'gzip' });
    assert.equal(response.status, 415);
    assert.equal(response.headers.get('accept-encoding'), 'identity');
    assert.equal(await messageOf(response), 'The request body has the content encoding gzip; send it without');
  });

  test('may be identity', async (t) => {
    const { url } = await serveGraphql(t);
    assert.equal(await (await post(url, HELLO, { 'content-encoding': 'identity' })).text(), ANSWER);
  });
});

describe('a body', () => {
  test('may begin with a byte order mark', async (t) => {
    const { url } = await serveGraphql(t);
    assert.equal(await (await post(url, `\uFEFF${HELLO}`)).text(), ANSWER);
  });

  test('that is not UTF-8 is rejected', async (t) => {
    const { url } = await serveGraphql(t);
    const response = await post(url, Buffer.from('{"query":"{ hello(name: \\"Zo\xEB\\") }"}', 'latin1'));
    assert.equal(response.status, 400);
    assert.equal(await messageOf(response), 'The request body is not valid UTF-8');
  });

  test('may be split anywhere, even inside a character', async (t) => {
    const { url } = await serveGraphql(t);
    const bytes = Buffer.from('{"query":"{ hello(name: \\"Zoë\\") }"}');
    const body = new ReadableStream({
      async start(controller) {
        for (const byte of bytes) {
          controller.enqueue(Uint8Array.of(byte));
          await new Promise(setImmediate);
        }
        controller.close();
      },
    });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body, duplex: 'half' });
    assert.equal(await response.text(), '{"data":{"hello":"hello Zoë"}}\n');
  });

  for (const body of ['', ' ', '{', '{}', '[]', 'null', '3', '"{ hello }"', `${HELLO}x`]) {
    test(`'${body}' is a bad request`, async (t) => {
      const { url } = await serveGraphql(t);
      const response = await post(url, body);
      assert.equal(response.status, 400);
      assert.ok((await messageOf(response)).length > 0);
    });
  }

  test("that is rejected gets a response in GraphQL's media type if the client accepts it", async (t) => {
    const { url } = await serveGraphql(t);
    const accept = 'application/graphql-response+json, application/json;q=0.9';
    const response = await post(url, '{', { accept });
    assert.equal(response.headers.get('content-type'), 'application/graphql-response+json; charset=utf-8');
    assert.equal((await post(url, '{')).headers.get('content-type'), 'application/json; charset=utf-8');
  });
});

describe('rejects a key that can change prototypes', () => {
  const BODIES: [where: string, body: string][] = [
    ['of a body', `{"__proto__":{"query":1},"query":"{ hello }"}`],
    ['of variables', `{"query":"{ hello }","variables":{"__proto__":{"polluted":true}}}`],
    ['deep in variables', `{"query":"{ hello }","variables":{"value":[{"__proto__":{"polluted":true}}]}}`],
    ['with a character escaped', `{"query":"{ hello }","variables":{"\\u005f_proto__":{"polluted":true}}}`],
    ['by way of the constructor', `{"query":"{ hello }","variables":{"constructor":{"prototype":{"polluted":true}}}}`],
  ];
  for (const [where, body] of BODIES) {
    test(where, async (t) => {
      const { url } = await serveGraphql(t);
      const response = await post(url, body);
      assert.deepEqual([response.status, await messageOf(response)], [400, FORBIDDEN_KEY]);
      assert.equal('polluted' in {}, false);
    });
  }

  test('in a query string', async (t) => {
    const { url } = await serveGraphql(t);
    for (const name of ['variables', 'extensions']) {
      const search = new URLSearchParams({ query: '{ hello }', [name]: '{"\\u005f_proto__":{}}' });
      const response = await fetch(`${url}?${search}`, { headers: { 'apollo-require-preflight': 'true' } });
      assert.deepEqual([response.status, await messageOf(response)], [400, FORBIDDEN_KEY]);
    }
  });

  test('but not as a text', async (t) => {
    const { url } = await serveGraphql(t);
    const body = '{"query":"query ($value: Any) { echo(value: $value) }","variables":{"value":"__proto__"}}';
    assert.equal(await (await post(url, body)).text(), '{"data":{"echo":"__proto__"}}\n');
  });

  test('in a body nested deeper than the stack', async (t) => {
    const { url } = await serveGraphql(t);
    const nested = `${'['.repeat(100_000)}{"__proto__":1}${']'.repeat(100_000)}`;
    assert.equal((await post(url, `{"query":"{ hello }","variables":{"value":${nested}}}`)).status, 400);
  });
});
