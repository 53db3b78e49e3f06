import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { supergraphGateway } from '../pipeline/apollo-server.ts';
import { loadPlanner } from '../planning/load-planner.ts';
import { LoadedSupergraph } from './loaded-supergraph.ts';
import type { Context } from './request-context.ts';
import { supergraphSource } from './testing/supergraph-source.ts';

/** A gateway over one subgraph: what it gives to an operation, as JSON, and what it logs. */
async function startGateway(t: TestContext, sdl: string) {
  const { logger, lines } = recordLog();
  const source = supergraphSource(sdl);
  const supergraph = new LoadedSupergraph(source, await loadPlanner(source.sdl), undefined, logger);
  const server = new ApolloServer<Context>({ gateway: supergraphGateway(supergraph), logger });
  t.after(() => server.stop());
  const ask = async (query: string) => {
    const contextValue = { signal: new AbortController().signal, headers: {}, claims: { sub: 'ann' } };
    const { body } = await server.executeOperation({ query }, { contextValue });
    return JSON.stringify(body);
  };
  return { ask, lines };
}

test('what can not be compiled is run by nobody where the schemas have rules', async (t) => {
  const { ask } = await startGateway(
    t,
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
    type Query { open: Int } type Subscription { secret: Int @authenticated }`,
  );
  assert.match(await ask('subscription { secret }'), /can't be compiled/);
});

test('elsewhere it is for ApolloGateway, and told once, unless a thousand others were since', async (t) => {
  const { ask, lines } = await startGateway(t, 'type Query { open: Int } type Subscription { news: Int }');
  const told = () => lines.filter(({ msg }) => String(msg).includes('is run by ApolloGateway')).length;
  for (let time = 0; time < 3; time += 1) {
    assert.match(await ask('subscription { news }'), /subscriptions not supported/);
  }
  assert.equal(told(), 1);
  for (let other = 0; other < 1000; other += 1) await ask(`subscription { n${other}: news }`);
  await ask('subscription { news }');
  assert.equal(told(), 1002);
});
