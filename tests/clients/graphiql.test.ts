import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { openInBrowser, withoutBrowser } from '../harness/browser.ts';
import { createUser } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';

/** Runs the operation on the page, once the page has loaded the schema. */
const EXECUTE = `<script nonce="test">
  const execute = setInterval(() => {
    const button = document.querySelector('.graphiql-execute-button');
    if (!button || document.querySelector('.graphiql-spinner')) return;
    clearInterval(execute);
    button.click();
  }, 200);
</script>`;

/** A script that is not the page's own, which its policy forbids. */
const INJECTED = '<script>document.title = "injected"</script>';

test('GraphiQL runs the first query of this graph, and loads everything from the gateway', {
  skip: withoutBrowser,
}, async (t) => {
  const graph = await startGraph(t, { only: ['users', 'orders'] });
  await createUser(graph.url, 'ada@example.com');
  const { url, asked } = await pressExecute(t, new URL('/graphiql', graph.url));
  const page = await openInBrowser(t, url);
  assert.match(page, /class="graphiql-container"/);
  assert.match(page, /<title>GraphiQL<\/title>/, 'no other script runs');
  const executed = asked.find(({ body }) => body.includes('query FirstQuery'));
  assert.match(executed?.answer ?? 'not executed', /^\{"data":\{"orders":\[\]\}\}/);
  assert.ok(
    asked.some(({ body }) => body.includes('__schema')),
    'it learns the schema',
  );
  assert.deepEqual([...new Set(asked.map(({ path }) => path))], ['/graphiql', '/graphql']);
});

for (const [setting, atEndpoint, atGraphiql, atRoot] of [
  ['true', /EmbeddedSandbox/, 200, '/graphql'],
  ['sandbox', /EmbeddedSandbox/, 404, '/graphql'],
  ['graphiql', /YogaGraphiQL/, 200, '/graphql'],
  ['false', /^(?!.*(EmbeddedSandbox|YogaGraphiQL))/s, 404, null],
] as const) {
  test(`serves a browser the pages of ${setting}`, async (t) => {
    const { url } = await start(t, 'gateway', { LANDING_PAGE: setting });
    const headers = { accept: 'text/html' };
    assert.match(await (await fetch(url, { headers })).text(), atEndpoint);
    assert.equal((await fetch(new URL('/graphiql', url), { headers })).status, atGraphiql);
    const root = await fetch(new URL('/', url), { headers, redirect: 'manual' });
    assert.equal(root.headers.get('location'), atRoot);
  });
}

interface GraphQLParams {
  readonly path: string;
  readonly body: string;
  readonly answer: string;
}

/** Starts a proxy that presses the button of the gateway's page and records the page's requests. */
async function pressExecute(t: TestContext, page: URL): Promise<{ url: string; asked: GraphQLParams[] }> {
  const asked: GraphQLParams[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answered = await passOn(page, request, body);
    const answer = await answered.text();
    const type = answered.headers.get('content-type') ?? '';
    asked.push({ path: request.url ?? '', body, answer });
    const policy = answered.headers.get('content-security-policy');
    if (policy) response.setHeader('content-security-policy', policy);
    const tested = answer.replace('script-src', "script-src 'nonce-test'") + EXECUTE + INJECTED;
    response.setHeader('content-type', type).end(type.startsWith('text/html') ? tested : answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${page.pathname}`, asked };
}

function passOn(gateway: URL, { method = '', url = '', headers }: IncomingMessage, body: string): Promise<Response> {
  const type = headers['content-type'];
  return fetch(new URL(url, gateway), {
    method,
    ...(body && { body }),
    ...(type && { headers: { 'content-type': type } }),
  });
}
