import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, createUser } from '../harness/client.ts';
import { codeBlock, readPage } from '../harness/documentation.ts';
import { until } from '../harness/waiting.ts';
import { startConfigured } from '../protection/configured.ts';
import { startCollector } from './collector.ts';
import { scrape } from './scrape.ts';

const settings = codeBlock('docs/configuration.md', 'observed');
const metrics = readPage('docs/operations.md');

test("turns on metrics, traces and logs with the page's settings, and documents every metric", async (t) => {
  const collector = await startCollector(t);
  const { graph } = await startConfigured(t, settings.replaceAll('http://127.0.0.1:4318', collector.url));
  await createUser(graph.url, 'ada@example.com');
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await ask(graph.url, '{ users { id } }', {}, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  await collector.traceOf(traceId, 3);
  await graph.gateway.logged(({ msg, traceId: told }) => msg === 'request' && told === traceId);
  await scrape(graph.url);
  const text = await (await fetch(new URL('/metrics', graph.url))).text();
  const names = [...text.matchAll(/^# TYPE (lockstep_\w+)/gm)].map(([, name = '']) => name);
  assert.ok(names.length > 10);
  const short = names.map((name) =>
    name.replace('lockstep_operation_cache_misses', '…_misses').replace('lockstep_operation_cache_size', '…_size'),
  );
  assert.deepEqual(
    short.filter((name) => !metrics.includes(`\`${name}\``)),
    [],
  );
  const line = await until(
    () => collector.lines.find(({ traceId: told }) => told === traceId),
    (found) => found !== undefined,
  );
  assert.equal(line?.body, 'request');
  await graph.gateway.stop();
  assert.ok(collector.points.some(({ service, name }) => service === 'lockstep' && name === 'process.cpu.time'));
});
