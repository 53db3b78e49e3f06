import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@lockstep/runtime/http/server/routes.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { LoadedSupergraph } from '../../supergraph/loaded-supergraph.ts';
import { openInThread } from '../../supergraph/testing/open-in-thread.ts';
import { supergraphSource } from '../../supergraph/testing/supergraph-source.ts';
import { graphPageRoutes } from './graph-page.ts';

test('asks each subgraph once, however many look at the page', async (t) => {
  let calls = 0;
  const subgraph = await serveHttp(t, (request, response) => {
    calls += 1;
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"data":{"__typename":"Query"}}');
  });
  const { logger } = recordLog();
  const source = supergraphSource('type Query { a: Int }', subgraph.url);
  const supergraph = await LoadedSupergraph.load(source, await openInThread(source.schemas), undefined, logger);
  t.after(() => supergraph.close());
  const { url } = await serveHttp(t, routes(graphPageRoutes({ supergraph }, logger)));
  const statuses = await Promise.all(
    Array.from({ length: 50 }, async () => (await fetch(new URL('/supergraph/status', url))).json()),
  );
  assert.equal(calls, 1);
  for (const { subgraphs, changes } of statuses as { subgraphs: { name: string; failure?: string }[]; changes: [] }[]) {
    assert.deepEqual([subgraphs.map(({ name, failure }) => [name, failure]), changes], [[['a', undefined]], []]);
  }
  const page = await fetch(new URL('/supergraph', url));
  assert.match(
    await page.text(),
    /content="default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"/,
  );
});
