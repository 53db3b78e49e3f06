import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { serveHttp } from '@lockstep/runtime/testing/test-server.ts';
import { ask, codesOf, errorsOf } from '../harness/client.ts';
import { type Afterwards, start } from '../harness/graph.ts';
import { supergraphOf } from './settings.ts';

const PAY = 'mutation { count }';

/** Starts a gateway before a subgraph that executes each mutation and then loses its response, `lose` knows how. */
async function startLossy(t: Afterwards, lose: (response: Lossy) => void, subgraph: string[] = []) {
  let executed = 0;
  const server = await serveHttp(t, (request, response) => {
    request.resume().once('end', () => {
      executed += 1;
      lose(response);
    });
  });
  const file = await supergraphOf(t, server.url, { subgraph: ['timeout: 500ms', ...subgraph] });
  const { url } = await start(t, 'gateway', { SUPERGRAPH_FILE: file });
  return { url, close: server.close, executed: () => executed };
}

type Lossy = Parameters<Parameters<typeof serveHttp>[1]>[1];

const LOSSES: [name: string, lose: (response: Lossy) => void, code: string][] = [
  ['reset', ({ req }) => req.socket.resetAndDestroy(), 'OUTCOME_UNKNOWN'],
  ['closed', ({ req }) => req.socket.end(), 'OUTCOME_UNKNOWN'],
  ['half a body', (response) => response.write('{"data":', () => response.destroy()), 'OUTCOME_UNKNOWN'],
  ['status 500 without GraphQL', (response) => response.writeHead(500).end('<h1>no</h1>'), 'OUTCOME_UNKNOWN'],
  ['none in time', () => {}, 'DEADLINE_EXCEEDED'],
];

let loss: (response: Lossy) => void;
const gateway = await startLossy({ after }, (response) => loss(response));

for (const [name, lose, code] of LOSSES) {
  test(`never says that a mutation was not executed if its response is lost: ${name}`, async () => {
    const before = gateway.executed();
    loss = lose;
    const answer = await ask(gateway.url, PAY);
    assert.equal(gateway.executed(), before + 1);
    assert.deepEqual(codesOf(answer), [code]);
    if (code === 'OUTCOME_UNKNOWN') assert.match(errorsOf(answer)[0] ?? '', /send it again with the same one/);
  });
}

test('says that a mutation was not executed if it was never sent', async (t) => {
  const breaker = 'circuit_breaker: { request_threshold: 2, error_threshold_percentage: 50, sleep_window: 1m }';
  const broken = await startLossy(t, ({ req }) => req.socket.resetAndDestroy(), [breaker]);
  for (let call = 0; call < 2; call += 1) assert.deepEqual(codesOf(await ask(broken.url, PAY)), ['OUTCOME_UNKNOWN']);
  assert.deepEqual(codesOf(await ask(broken.url, PAY)), ['SUBGRAPH_UNAVAILABLE']); // its breaker is open
  assert.equal(broken.executed(), 2);

  await gateway.close();
  assert.deepEqual(codesOf(await ask(gateway.url, PAY)), ['SUBGRAPH_UNAVAILABLE']);
});
