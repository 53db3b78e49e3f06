import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { Telemetry } from './telemetry.ts';

/** Starts a collector of traces that records the requests. */
async function collect(t: TestContext) {
  const sent: string[] = [];
  const { url } = await serveHttp(t, async (request, response) => {
    sent.push(await text(request));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  return { sent, tracing: { url, headers: {}, share: 1, serviceName: 'test' } };
}

const LOGGING = { format: 'json', level: 'info' } as const;

test('shares one exporter between equal tracing settings, and flushes it when its last user closes it', async (t) => {
  const { sent, tracing } = await collect(t);
  const telemetry = new Telemetry(recordLog().logger, () => undefined);
  const off = { metricsPath: undefined, hasAccessLog: false, fieldUsage: undefined };
  const settings = () => ({ ...off, logging: LOGGING, tracing: { ...tracing } });
  const [one, other] = [await telemetry.open(settings()), await telemetry.open(settings())];
  assert.equal(one.tracing, other.tracing);
  other.tracing?.startRequest(new IncomingMessage(new Socket())).end(200, undefined);
  await one.close();
  assert.deepEqual(sent, []);
  await other.close();
  assert.equal(sent.length, 1);
  assert.match(sent[0] ?? '', /GraphQL Operation/);
  const later = await telemetry.open(settings());
  assert.notEqual(later.tracing, other.tracing);
  await later.close();
});
