import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { exchange } from '@lockstep/runtime/testing/raw-http.ts';
import { start } from '../harness/graph.ts';

const gateway = await start({ after }, 'gateway');

const JSON_TYPE = { 'content-type': 'application/json' };
const QUERY = { query: '{ users { id } }' };

interface Unsupported {
  readonly headers?: Record<string, string>;
  readonly body: unknown;
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const form = new FormData();
form.append('operations', JSON.stringify(QUERY));
form.append('0', new Blob([Buffer.alloc(5_000_000)]), 'picture.png');

const UNSUPPORTED: Readonly<Record<string, Unsupported>> = {
  'an upload': {
    headers: {},
    body: form,
    status: 415,
    code: 'REQUEST_NOT_SUPPORTED',
    message:
      'Uploads (multipart/form-data) are not supported; store the file elsewhere, and send its address in a request of application/json',
  },
  'a batch of operations': {
    body: [QUERY, QUERY],
    status: 400,
    code: 'REQUEST_NOT_SUPPORTED',
    message: 'Batches of operations are not supported; send each operation in a request of its own',
  },
  'a request for an event stream': {
    headers: { ...JSON_TYPE, accept: 'text/event-stream' },
    body: QUERY,
    status: 406,
    code: 'REQUEST_NOT_SUPPORTED',
    message:
      'Event streams (text/event-stream) are not supported; accept application/json, and query again for changes',
  },
  'a request for an answer in parts': {
    headers: { ...JSON_TYPE, accept: 'multipart/mixed;subscriptionSpec=1.0' },
    body: QUERY,
    status: 406,
    code: 'REQUEST_NOT_SUPPORTED',
    message: 'Answers in parts (multipart/mixed) are not supported; accept application/json as well',
  },
  '@defer': {
    body: { query: '{ users { id ... @defer { name } } }' },
    status: 400,
    code: 'OPERATION_NOT_SUPPORTED',
    message: '@defer is not supported, because every answer comes in one part; send the operation without it',
  },
  '@stream': {
    headers: { ...JSON_TYPE, accept: 'multipart/mixed;deferSpec=20220824, application/json' },
    body: { query: '{ users @stream { id } }' },
    status: 400,
    code: 'OPERATION_NOT_SUPPORTED',
    message: '@stream is not supported, because every answer comes in one part; send the operation without it',
  },
  'a subscription': {
    body: { query: 'subscription { userCreated { id } }' },
    status: 400,
    code: 'OPERATION_NOT_SUPPORTED',
    message: 'Subscriptions are not supported; query again for changes',
  },
};

for (const [name, { headers = JSON_TYPE, body, ...expected }] of Object.entries(UNSUPPORTED)) {
  test(`says that ${name} is not supported, and what to do instead`, async () => {
    const sent = body instanceof FormData ? body : JSON.stringify(body);
    for (let times = 0; times < 2; times += 1) {
      const response = await fetch(gateway.url, { method: 'POST', headers, body: sent });
      const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
      const refusals = errors.map(({ message, extensions: { code } }) => ({ status: response.status, code, message }));
      assert.deepEqual(refusals, [expected]);
    }
  });
}

test('refuses a WebSocket in words, and closes its connection', async (t) => {
  const handshake = [
    'GET /graphql HTTP/1.1',
    'host: test',
    'connection: Upgrade',
    'upgrade: WebSocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol: graphql-transport-ws',
  ];
  const sentAt = performance.now();
  // what follows the handshake is not taken for another request
  const answer = await exchange(t, gateway.port, `${handshake.join('\r\n')}\r\n\r\n${handshake.join('\r\n')}\r\n\r\n`);
  assert.ok(performance.now() - sentAt < 4000, 'the connection was kept');
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(answer, /\r\nconnection: close\r\n/i);
  const message = 'WebSockets are not supported, nor are subscriptions; send queries and mutations by POST';
  assert.ok(answer.endsWith(JSON.stringify({ errors: [{ message, extensions: { code: 'REQUEST_NOT_SUPPORTED' } }] })));
  assert.equal(answer.split('HTTP/1.1').length, 2);

  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const [{ code }] = await once(socket, 'close');
  assert.equal(code, 1006);
});

test('a request that offers another protocol than WebSocket is answered as usual', async (t) => {
  const body = JSON.stringify({ query: '{ __typename }' });
  const lines = ['POST /graphql HTTP/1.1', 'host: test', 'connection: Upgrade, close', 'upgrade: h2c'];
  const answer = await exchange(
    t,
    gateway.port,
    `${lines.join('\r\n')}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*\{"data":\{"__typename":"Query"\}\}\n$/s);
});
