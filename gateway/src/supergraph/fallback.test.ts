import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { toHeaderSettings } from '../configuration/sections/headers.ts';
import { supergraphFile } from '../configuration/supergraph-schema.ts';
import type { Context } from '../http/context.ts';
import { compose } from './compose.ts';
import { SupergraphHandover } from './handover.ts';

const logger = createLogger('test', { format: 'json', level: 'silent' });

test('what can not be compiled is run by nobody where the schemas have rules', async (t) => {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
    type Query { open: Int } type Subscription { secret: Int @authenticated }`;
  const { gateway } = supergraphFile.parse({
    subgraphs: { a: { routing_url: 'http://127.0.0.1:1/', schema: { sdl } } },
  });
  const subgraphs = [{ name: 'a', routingUrl: 'http://127.0.0.1:1/', schema: { sdl }, timeoutMs: 1000 }];
  const handover = new SupergraphHandover(undefined, logger);
  const subgraphErrors = { ...gateway.subgraphErrors, codes: {} };
  const headers = toHeaderSettings(gateway.headers, {});
  await handover.replace({ subgraphs, gateway: { ...gateway, subgraphErrors, headers }, sdl: compose(subgraphs) });
  const server = new ApolloServer<Context>({ gateway: handover, logger });
  t.after(() => server.stop());
  const contextValue = { signal: new AbortController().signal, headers: {}, claims: { sub: 'ann' } };
  const { body } = await server.executeOperation({ query: 'subscription { secret }' }, { contextValue });
  assert.match(JSON.stringify(body), /can't be compiled/);
});
