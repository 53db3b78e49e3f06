import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { RejectionCounts } from '../../telemetry/rejection-counts.ts';
import { limited } from '../admission/limited.ts';
import { TrafficLimits } from '../admission/traffic-limits.ts';
import { Page, PageFile } from './page.ts';

const HTML = `<!doctype html><p>${'text '.repeat(1000)}</p>`;

const logger = createLogger('test', { format: 'json', level: 'silent' });

async function servePage(t: TestContext, html = HTML) {
  let renderings = 0;
  const page = new Page(async () => {
    renderings += 1;
    return html;
  }, logger);
  const { url, port } = await serveHttp(t, page.handle);
  return { url, port, renderings: () => renderings };
}

test('renders a page once, for the first of its requests', async (t) => {
  const { url, renderings } = await servePage(t);
  assert.equal(renderings(), 0);
  const pages = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(url)).text()));
  assert.deepEqual(new Set(pages), new Set([HTML]));
  assert.equal(renderings(), 1);
});

test('renders a page again after a failure, which it reports', async (t) => {
  const { logger: recording, lines } = recordLog();
  const failures = [new Error('too many open files')];
  const render = async () => {
    const failure = failures.pop();
    if (failure) throw failure;
    return HTML;
  };
  const { url } = await serveHttp(t, new Page(render, recording).handle);
  const failed = await fetch(url);
  assert.deepEqual([failed.status, await failed.text()], [500, 'The page could not be rendered\n']);
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['a page could not be rendered'],
  );
  assert.equal(await (await fetch(url)).text(), HTML);
});

for (const [accepted, encoding] of [
  ['gzip, deflate, br', 'gzip'],
  ['br', null],
  ['gzip;q=0, br', null],
] as const) {
  test(`sends a page to a client that accepts ${accepted} with the encoding ${encoding}`, async (t) => {
    const { url } = await servePage(t);
    const response = await fetch(url, { headers: { 'accept-encoding': accepted } });
    assert.equal(response.headers.get('content-encoding'), encoding);
    const isShorter = Number(response.headers.get('content-length')) < HTML.length / 10;
    assert.equal(isShorter, encoding === 'gzip');
    assert.equal(await response.text(), HTML);
  });
}

test('sends no page to a browser that has it', async (t) => {
  const { url } = await servePage(t);
  const { headers } = await fetch(url);
  assert.equal(headers.get('cache-control'), 'no-cache');
  const etag = headers.get('etag') ?? '';
  const again = await fetch(url, { headers: { 'if-none-match': etag } });
  assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', etag]);
  const other = await servePage(t, 'another page');
  assert.equal((await fetch(other.url, { headers: { 'if-none-match': etag } })).status, 200);
});

test('reads and compresses a file once, which browsers keep and never ask for again', async (t) => {
  let readings = 0;
  const file = new PageFile(
    async () => {
      readings += 1;
      return Buffer.from(HTML);
    },
    'text/javascript',
    logger,
  );
  const { url } = await serveHttp(t, file.handle);
  for (const accepted of ['gzip', 'identity', 'gzip']) {
    const response = await fetch(url, { headers: { 'accept-encoding': accepted } });
    assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(response.headers.get('content-encoding'), accepted === 'gzip' ? 'gzip' : null);
    assert.equal(await response.text(), HTML);
  }
  assert.equal(readings, 1);
});

test('holds one copy of a page for all clients that do not read it', async (t) => {
  const bytes = 4_000_000;
  const { url, port } = await servePage(t, 'x'.repeat(bytes));
  await (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).arrayBuffer();
  const before = process.memoryUsage().arrayBuffers;
  const clients = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  t.after(() => clients.forEach((client) => void client.destroy()));
  await Promise.all(
    clients.map(async (client) => {
      client.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
      await once(client, 'readable');
    }),
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 * bytes);
});

test('counts pages against the limits', async (t) => {
  const settings = { rateLimit: { capacity: 2, intervalMs: 60_000 } };
  const limits = await TrafficLimits.open(settings, { logger, refusals: new RejectionCounts() });
  const { url } = await serveHttp(t, limited(limits, new Page(async () => HTML, logger).handle));
  const statuses: number[] = [];
  for (let sent = 0; sent < 3; sent += 1) statuses.push((await fetch(url)).status);
  assert.deepEqual(statuses, [200, 200, 429]);
});
