import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { ask, get } from '../harness/client.ts';
import { start } from '../harness/graph.ts';
import { supergraphOf } from './settings.ts';

let answer: RequestListener = () => {};
let received = 0;
const server = createServer((request, response) => {
  received += 1;
  answer(request, response);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
after(() => server.close().closeAllConnections());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
const gateway = await start({ after }, 'gateway', {
  SUPERGRAPH_FILE: await supergraphOf({ after }, url, { subgraph: ['error_codes: [TOO_EARLY]'] }),
});

function answerWith(body: object): void {
  answer = (_, response) => void response.end(JSON.stringify(body));
}

for (const errors of [[], null]) {
  test(`keeps the data of a subgraph that sends errors: ${JSON.stringify(errors)}`, async () => {
    answerWith({ data: { hello: 'world' }, errors });
    assert.deepEqual(await get(gateway.url, '{ hello }'), { hello: 'world' });
    received = 0;
    answerWith({ data: { count: 1 }, errors });
    assert.deepEqual(await get(gateway.url, 'mutation { count }'), { count: 1 });
    assert.equal(received, 1);
  });
}

test('keeps what it understands of errors, and logs each deviation once', async () => {
  answerWith({ data: { hello: null }, errors: [{ path: ['hello'], extensions: { code: 'TOO_EARLY' } }] });
  for (let call = 0; call < 3; call += 1) {
    const { data, errors = [] } = await ask(gateway.url, '{ hello }');
    assert.deepEqual(data, { hello: null });
    assert.deepEqual(
      errors.map(({ path, extensions }) => [path, extensions.code]),
      [[['hello'], 'TOO_EARLY']],
    );
  }
  const logged = gateway.logs.filter(({ msg }) => msg.includes('an error has no message'));
  assert.deepEqual(
    logged.map(({ level, subgraph }) => [level, subgraph]),
    [['warn', 'greetings']],
  );
});

for (const [coding, compress] of [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const) {
  test(`reads answers that are compressed: ${coding}`, async () => {
    const body = compress(JSON.stringify({ data: { hello: 'wörld' } }));
    answer = (_, response) => void response.setHeader('content-encoding', coding).end(body);
    assert.deepEqual(await get(gateway.url, '{ hello }'), { hello: 'wörld' });
  });
}
