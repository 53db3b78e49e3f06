import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { openInBrowser, withoutBrowser } from '../harness/browser.ts';
import { createUser } from '../harness/client.ts';
import { startBrowser } from '../harness/devtools.ts';
import { startGraph } from '../harness/graph.ts';
import { configure, copySupergraph } from '../harness/supergraph-files.ts';
import { testExplorerView } from './explorer-view.ts';
import { testGraphPage } from './graph-page.ts';

const PHONE_WIDTH = 390;

/** A phone around the page: headless Chromium has no window narrower than 500 pixels. It shows what is seen in it. */
const PHONE = `<!doctype html>
<link rel="icon" href="data:,">
<iframe src="/graphiql" width="${PHONE_WIDTH}" height="844" style="border: 0"></iframe>
<script>
  const look = setInterval(() => {
    const seen = document.querySelector('iframe').contentDocument?.querySelector('#seen');
    if (!seen) return;
    clearInterval(look);
    document.body.append(document.adoptNode(seen));
  }, 200);
</script>`;

/**
 * Runs the operation on the page, once the page has loaded the schema, and opens the history. Then it notes what a person
 * with this window would see, and every address that the page asked for, allowed or not.
 */
const USE = `<script nonce="test">
  const forbidden = [];
  addEventListener('securitypolicyviolation', ({ blockedURI }) => forbidden.push(blockedURI));
  const find = (selector) => document.querySelector(selector);
  const steps = [
    () => !find('.graphiql-spinner') && find('.graphiql-execute-button'),
    () => find('[aria-label="Show History"]'),
    () => find('.graphiql-history-item') && find('[aria-label="Hide History"]'),
  ];
  const boxOf = (selector) => {
    const { x, y, right, bottom, width, height } = find(selector).getBoundingClientRect();
    return { x, y, right, bottom, width, height };
  };
  const use = setInterval(() => {
    const button = steps[0]?.();
    if (!button) return;
    const history = find('.graphiql-history-item')?.textContent;
    button.click();
    steps.shift();
    if (steps.length > 0) return;
    clearInterval(use);
    setTimeout(() => {
      const asked = performance.getEntriesByType('resource').map(({ name }) => name);
      const screen = { width: innerWidth, scrollWidth: document.documentElement.scrollWidth };
      const boxes = { editors: boxOf('.graphiql-editors'), answer: boxOf('.graphiql-response') };
      const seen = document.body.appendChild(document.createElement('pre'));
      seen.id = 'seen';
      seen.textContent = JSON.stringify({ title: document.title, history, forbidden, asked, screen, boxes });
    }, 200);
  }, 200);
</script>`;

/** A script that is not the page's own, which its policy forbids. */
const INJECTED = '<script>document.title = "injected"</script>';

const files = await copySupergraph({ after });
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
const open = withoutBrowser ? undefined : await startBrowser({ after });
const { url } = graph;
const usual = await readFile(files.supergraph, 'utf8');

interface Box {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

interface Seen {
  readonly title: string;
  readonly history: string;
  readonly forbidden: string[];
  readonly asked: string[];
  readonly screen: { readonly width: number; readonly scrollWidth: number };
  readonly boxes: Readonly<Record<'editors' | 'answer', Box>>;
}

test('GraphiQL runs the first query of this graph, keeps a history, and loads everything from the gateway', {
  skip: withoutBrowser,
}, async (t) => {
  await createUser(graph.url, 'ada@example.com');
  const { url: proxy, asked } = await useGraphiql(t, new URL('/graphiql', url));
  const seen = seenOn(await openInBrowser(t, proxy));
  assert.equal(seen.title, 'GraphiQL', 'no other script runs');
  const executed = asked.find(({ body }) => body.includes('query FirstQuery'));
  assert.match(executed?.answer ?? 'not executed', /^\{"data":\{"orders":\[\]\}\}/);
  assert.ok(
    asked.some(({ body }) => body.includes('__schema')),
    'it learns the schema',
  );
  assert.match(seen.history, /^FirstQuery\b/);

  await t.test('it asks no other host', () => {
    assert.deepEqual(seen.forbidden, ['inline']); // the injected script
    assert.deepEqual(
      seen.asked.filter((address) => new URL(address).origin !== new URL(proxy).origin && !address.startsWith('data:')),
      [],
    );
    const paths = new Set(asked.map(({ path }) => path.replace(/^\/graphiql\/([\d.]+|own\/[\w-]+)\/.*/, 'a file')));
    assert.deepEqual([...paths].sort(), ['/graphiql', '/graphql', 'a file']);
  });

  await t.test('it fits the width of a phone, with the answer below the query', () => {
    const { screen, boxes } = seen;
    assert.deepEqual(screen, { width: PHONE_WIDTH, scrollWidth: PHONE_WIDTH });
    assert.ok(boxes.answer.y >= boxes.editors.bottom, JSON.stringify(boxes));
    for (const { x, right, width, height } of Object.values(boxes)) {
      assert.ok(x >= 0 && right <= PHONE_WIDTH && width > 300 && height > 200, JSON.stringify(boxes));
    }
  });
});

test('a browser loads the files of GraphiQL once, compressed', async () => {
  const html = await (await fetch(new URL('/graphiql', url))).text();
  assert.ok(html.length < 10_000, `${html.length} characters`);
  const [script = ''] = html.match(/\/graphiql\/[\d.]+\/ruru\.js/) ?? [];
  const { status, headers } = await fetch(new URL(script, url), { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/javascript/);
  assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal(headers.get('content-encoding'), 'gzip');
  assert.ok(Number(headers.get('content-length')) < 500_000);
  const again = { 'if-none-match': headers.get('etag') ?? '' };
  assert.equal((await fetch(new URL(script, url), { headers: again })).status, 304);
  for (const missing of ['nothing.js', 'ruru.js.map', '../package.json', '%2e%2e/package.json']) {
    assert.equal((await fetch(new URL(script.replace('ruru.js', missing), url))).status, 404, missing);
  }
});

test('Sandbox points to GraphiQL while it cannot be loaded', { skip: withoutBrowser }, async (t) => {
  const page = await openInBrowser(t, url);
  assert.match(page, /Apollo Sandbox is loading.*<a href="\/graphiql">GraphiQL<\/a>/s);
  assert.doesNotMatch(page, /Apollo Server</);
});

for (const [setting, atEndpoint, atGraphiql, atRoot] of [
  ['sandbox', /EmbeddedSandbox/, 404, '/graphql'],
  ['graphiql', /<title>GraphiQL</, 200, '/graphql'],
  ['false', /^(?!.*(EmbeddedSandbox|GraphiQL))/s, 404, null],
  ['true', /EmbeddedSandbox/, 200, '/graphql'],
] as const) {
  test(`serves a browser the pages of ${setting}`, async () => {
    await configure(graph.gateway, files.supergraph, `${usual}gateway:\n  landing_page: ${setting}\n`);
    const headers = { accept: 'text/html' };
    const page = await (await fetch(url, { headers })).text();
    assert.match(page, atEndpoint);
    assert.equal((await fetch(new URL('/graphiql', url), { headers })).status, atGraphiql);
    assert.equal((await fetch(new URL('/supergraph', url), { headers })).status, atGraphiql);
    const root = await fetch(new URL('/', url), { headers, redirect: 'manual' });
    assert.equal(root.headers.get('location'), atRoot);
    if (setting !== 'sandbox') return;
    assert.match(page, /set <code>gateway\.landing_page<\/code> to <code>true<\/code>/);
    assert.doesNotMatch(page, /<a href/);
  });
}

if (open) {
  testExplorerView({ graph, open });
  testGraphPage({ graph, open }, files.users);
}

function seenOn(page: string): Seen {
  const [, text] = /<pre id="seen">(.*?)<\/pre>/s.exec(page) ?? [];
  assert.ok(text, 'the page could not be used');
  return JSON.parse(text.replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>'));
}

interface Asked {
  readonly path: string;
  readonly body: string;
  readonly answer: string;
}

/** Starts a proxy that uses the gateway's page as a person would, and records the page's requests. */
async function useGraphiql(t: TestContext, page: URL): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/phone') return response.setHeader('content-type', 'text/html').end(PHONE);
    const body = (await buffer(request)).toString();
    const answered = await passOn(page, request, body);
    const answer = Buffer.from(await answered.arrayBuffer());
    const type = answered.headers.get('content-type') ?? '';
    const isPage = type.startsWith('text/html');
    asked.push({ path: request.url ?? '', body, answer: type.includes('json') ? answer.toString() : '' });
    const policy = answered.headers.get('content-security-policy');
    if (policy) response.setHeader('content-security-policy', policy.replace("frame-ancestors 'none'", ''));
    const tested = () => `${answer}`.replace("script-src 'self'", "script-src 'self' 'nonce-test'") + USE + INJECTED;
    response.setHeader('content-type', type).end(isPage ? tested() : answer);
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/phone`, asked };
}

function passOn(gateway: URL, { method = '', url = '', headers }: IncomingMessage, body: string): Promise<Response> {
  const type = headers['content-type'];
  return fetch(new URL(url, gateway), {
    method,
    ...(body && { body }),
    ...(type && { headers: { 'content-type': type } }),
  });
}
