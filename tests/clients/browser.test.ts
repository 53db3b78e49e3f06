import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { withoutBrowser } from '../harness/browser.ts';
import { createUser } from '../harness/client.ts';
import { startBrowser } from '../harness/devtools.ts';
import { start, startGraph } from '../harness/graph.ts';

const skip = withoutBrowser;
const graph = await startGraph({ after }, { only: ['users', 'orders'] });
await createUser(graph.url, 'ada@example.com');
const open = skip ? undefined : await startBrowser({ after });

/** Result as a frontend shows it. */
const RESULT = "document.querySelector('pre').textContent";

test('opens Sandbox at / with a first query of this graph', { skip }, async () => {
  const page = await shownAt(new URL('/', graph.url).href, 'document.body.innerHTML', /EmbeddedSandbox/);
  assert.match(page, /new window\.EmbeddedSandbox/);
  assert.match(page, /"document":"query FirstQuery \{\\n {2}orders \{/);
});

test('lets a page of a local frontend read the response', { skip }, async (t) => {
  const shown = await shownAt(await frontend(t, graph.url), RESULT, /^(?!nothing yet)/);
  assert.equal(shown, '{"data":{"users":[{"name":"Ada Lovelace"}]}}\n');
});

test('lets no page of another origin read the response', { skip }, async (t) => {
  const strict = await start(t, 'gateway', { CORS_ORIGINS: 'https://shop.example' });
  const shown = await shownAt(await frontend(t, strict.url), RESULT, /^(?!nothing yet)/);
  assert.equal(shown, 'TypeError: Failed to fetch');
});

/** Opens a page. Resolves with the value of an expression on it once that matches. */
async function shownAt(url: string, expression: string, fits: RegExp): Promise<string> {
  assert.ok(open);
  const tab = await open(url, { width: 1100, height: 640 });
  return tab.until(`${fits}.test(${expression}) && ${expression}`);
}

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
