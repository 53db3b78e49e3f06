import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordLog } from '../testing/log-recorder.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { SubgraphClient } from './client/subgraph-client.ts';
import { readUnixUrl } from './unix-url.ts';

const QUERY = { query: '{ user { id } }' };

/** Answers with the path of each request, at a socket. */
async function serve(t: TestContext, socketPath: string) {
  const server = createServer((request, response) => {
    response.end(JSON.stringify({ data: { path: request.url } }));
  });
  await once(server.listen(socketPath), 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    if (server.listening) await once(server, 'close');
  };
  t.after(close);
  return close;
}

test('reads the path of the socket and of the request', () => {
  const addresses: [url: string, socketPath: string, path: string][] = [
    ['unix:///run/users.sock', '/run/users.sock', '/'],
    ['unix:///run/a%20b.sock?path=/graphql', '/run/a b.sock', '/graphql'],
  ];
  for (const [url, socketPath, path] of addresses) assert.deepEqual(readUnixUrl(new URL(url)), { socketPath, path });
  assert.equal(readUnixUrl(new URL('http://localhost/run/users.sock')), undefined);
});

test('calls wait for a server whose socket is missing for a moment', async (t) => {
  const socketPath = join(await temporaryFolder(t), 'users.sock');
  const url = `unix://${socketPath}?path=/graphql`;
  const client = new SubgraphClient({ name: 'users', url, timeoutMs: 20_000, logger: recordLog().logger });
  t.after(() => client.close());
  const close = await serve(t, socketPath);
  assert.deepEqual(await client.call(QUERY), { data: { path: '/graphql' } });
  await close();
  const calls = [client.call(QUERY), client.call({ query: 'mutation { createUser { id } }' })];
  await serve(t, socketPath);
  for (const answer of await Promise.all(calls)) assert.deepEqual(answer, { data: { path: '/graphql' } });
});
