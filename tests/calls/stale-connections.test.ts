import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, ask, errorsOf } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { start } from '../harness/graph.ts';
import { serveGreetings } from './greetings.ts';
import { supergraphOf } from './settings.ts';

const CLIENTS = 8;

for (const operation of ['{ hello }', 'mutation { count }']) {
  test(`a subgraph closes idle connections at any moment: nothing fails, and nothing is done twice: ${operation}`, async (t) => {
    const subgraph = await serveGreetings(t, { closesIdleWithinMs: 3 });
    const gateway = await start(t, 'gateway', { SUPERGRAPH_FILE: await supergraphOf(t, subgraph.url) });
    const count = times(10_000);
    const failed: Answer<unknown>[] = [];
    let left = count;
    const client = async () => {
      while (left-- > 0) {
        const answer = await ask(gateway.url, operation);
        if (answer.errors) failed.push(answer);
        await delay(Math.random() * 3);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    assert.deepEqual(failed.flatMap(errorsOf), []);
    assert.equal(subgraph.counted(), operation.startsWith('mutation') ? count : 0);
    if (operation === '{ hello }') assert.ok(subgraph.closed() > count / 10, `${subgraph.closed()} were closed`);
  });
}
