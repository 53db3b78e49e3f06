import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, ask, errorsOf } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { start } from '../harness/graph.ts';
import { serveGreetings } from './greetings.ts';
import { supergraphOf } from './settings.ts';

const CLIENTS = 8;

const subgraph = await serveGreetings({ after }, { closesIdleWithinMs: 3 });
const gateway = await start({ after }, 'gateway', { SUPERGRAPH_FILE: await supergraphOf({ after }, subgraph.url) });

for (const operation of ['{ hello }', 'mutation { count }']) {
  test(`a subgraph closes idle connections at any moment: nothing fails, and nothing is done twice: ${operation}`, async () => {
    const [counted, closed] = [subgraph.counted(), subgraph.closed()];
    const count = times(10_000, 500);
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
    assert.equal(subgraph.counted() - counted, operation.startsWith('mutation') ? count : 0);
    const closings = subgraph.closed() - closed;
    if (operation === '{ hello }') assert.ok(closings > count / 10, `${closings} were closed`);
  });
}
