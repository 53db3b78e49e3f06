import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { parse } from 'graphql';
import { toHeaderSettings } from '../configuration/sections/headers.ts';
import { supergraphFile } from '../configuration/settings-schema.ts';
import { compose } from './compose.ts';
import { SupergraphHandover } from './handover.ts';

test('a supergraph runs operations though another has taken effect since', async (t) => {
  const { url } = await serveHttp(t, (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json').end('{"data":{"old":1}}');
  });
  const supergraphOf = (sdl: string) => {
    const { gateway } = supergraphFile.parse({ subgraphs: { a: { routing_url: url, schema: { sdl } } } });
    const subgraphs = [{ name: 'a', routingUrl: url, schema: { sdl }, timeoutMs: 1000 }];
    const subgraphErrors = { ...gateway.subgraphErrors, codes: {} };
    return {
      subgraphs,
      gateway: { ...gateway, subgraphErrors, headers: toHeaderSettings(gateway.headers, {}) },
      sdl: compose(subgraphs),
    };
  };
  const handover = new SupergraphHandover(undefined, recordLog().logger);
  t.after(() => handover.stop());
  await handover.replace(supergraphOf('type Query { old: Int }'));
  const old = handover.current;
  await handover.replace(supergraphOf('type Query { young: Int }'));
  const source = '{ old }';
  const context = { signal: new AbortController().signal, headers: {}, claims: undefined };
  const operation = { request: {}, document: parse(source), queryHash: source, source, context };
  assert.deepEqual(await old.run(operation), { data: { old: 1 } });
});
