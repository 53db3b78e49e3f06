import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { openInBrowser, withoutBrowser } from '../harness/browser.ts';
import { createUser } from '../harness/client.ts';
import { start, startGraph } from '../harness/graph.ts';

const skip = withoutBrowser;
const graph = await startGraph({ after });
await createUser(graph.url, 'ada@example.com');

test('opening / leads to Sandbox with a first query of this graph', { skip }, async (t) => {
  const page = await openInBrowser(t, new URL('/', graph.url).href);
  assert.match(page, /new window\.EmbeddedSandbox/);
  assert.match(page, /"document":"query FirstQuery \{\\n {2}orders \{/);
});

test('a page of a local frontend gets its answer', { skip }, async (t) => {
  const page = await openInBrowser(t, await frontend(t, graph.url));
  assert.match(page, /<pre>\{"data":\{"users":\[\{"name":"Ada Lovelace"\}\]\}\}\n<\/pre>/);
});

test('a page of an origin that may not call gets none', { skip }, async (t) => {
  const strict = await start(t, 'gateway', { CORS_ORIGINS: 'https://shop.example' });
  const page = await openInBrowser(t, await frontend(t, strict.url));
  assert.match(page, /<pre>TypeError: Failed to fetch<\/pre>/);
});

/** A page of another origin that asks the gateway, and shows what it got. */
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
