import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { openInBrowser, withoutBrowser } from '../harness/browser.ts';
import { createUser } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';

const skip = withoutBrowser;
const graph = await startGraph({ after }, { only: ['users', 'orders'] });
await createUser(graph.url, 'ada@example.com');

test('opens Sandbox at / with a first query of this graph', { skip }, async (t) => {
  const page = await openInBrowser(t, new URL('/', graph.url).href);
  assert.match(page, /new window\.EmbeddedSandbox/);
  assert.match(page, /"document":"query FirstQuery \{\\n {2}orders \{/);
});

test('lets a page of a local frontend read the response', { skip }, async (t) => {
  const page = await openInBrowser(t, await frontend(t, graph.url));
  assert.match(page, /<pre>\{"data":\{"users":\[\{"name":"Ada Lovelace"\}\]\}\}\n<\/pre>/);
});

test('lets no page of another origin read the response', { skip }, async (t) => {
  const strict = await start(t, 'gateway', { CORS_ORIGINS: 'https://shop.example' });
  const page = await openInBrowser(t, await frontend(t, strict.url));
  assert.match(page, /<pre>TypeError: Failed to fetch<\/pre>/);
});

/** Serves a page of another origin that queries the gateway and shows the result. */
async function frontend(t: TestContext, url: string): Promise<string> {
  const page = `<!doctype html><pre>nothing yet</pre><script type="module">
    const ask = () => fetch('${url}', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ users { name } }' }),
    });
    document.querySelector('pre').textContent = await ask().then((response) => response.text(), String);
  </script>`;
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
