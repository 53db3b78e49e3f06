import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, createUser } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';
import { untilEverywhere } from '../harness/waiting.ts';

const FLIPS = times(50, 5);
const CLIENTS = 6;
/** Between an answer and the next request of a client. */
const PAUSE_MS = times(0, 50);

const files = await copySupergraph({ after });
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
const original = await readFile(files.supergraph, 'utf8');
await createUser(graph.url, 'ada@example.com');

/** Returns the file with these lines under `gateway`. */
function withGateway(lines: string): string {
  return `${original}gateway:\n${lines}`;
}

/** Returns settings of every kind, different ones each time, and a path that exists once they are in force. */
function flip(turn: number): string {
  const isEven = turn % 2 === 0;
  return withGateway(`  introspection: ${isEven}
  landing_page: ${['true', 'false', 'sandbox', 'graphiql'][turn % 4]}
  cors: { origins: [https://shop${turn}.example], allow_credentials: ${isEven} }
  csrf: { required_headers: [x-turn-${turn}] }
  include_subgraph_errors: { all: ${isEven}, users: ${!isEven} }
  traffic_shaping: { deduplicate_query: ${isEven}, batch_entities: ${!isEven} }
  health_check: { ready: /ready/${turn} }
`);
}

test('applies every change of settings under load without failing a request', async (t) => {
  const load = startLoad(t);
  for (let turn = 1; turn <= FLIPS; turn += 1) {
    await replace(files.supergraph, flip(turn));
    await untilEverywhere(
      graph.gateway,
      (url) => fetch(new URL(`/ready/${turn}`, url)).then(({ status }) => status),
      (status) => status === 200,
    );
    assert.equal(await originAllowed(`https://shop${turn}.example`), `https://shop${turn}.example`);
    assert.equal(await originAllowed(`https://shop${turn - 1}.example`), null);
  }
  const { answered, failures } = await load.end();
  assert.deepEqual(failures, []);
  assert.ok(answered > 10 * FLIPS, `${answered} answers`);
});

test('answers a request that is still being sent while the settings change', async () => {
  const slow = request(graph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue' },
  });
  slow.flushHeaders();
  await once(slow, 'continue'); // the gateway has started to read it
  for (const turn of [31, 32]) {
    await replace(files.supergraph, flip(turn));
    await untilEverywhere(
      graph.gateway,
      (url) => originAllowed(`https://shop${turn}.example`, url),
      (origin) => origin !== null,
    );
  }
  slow.end('{"query":"{ users(first: 1) { name } }"}');
  const [response] = await once(slow, 'response');
  assert.deepEqual(
    [response.statusCode, await text(response)],
    [200, '{"data":{"users":[{"name":"Ada Lovelace"}]}}\n'],
  );
});

test('rejects a wrong file under load with all its mistakes, and keeps the settings in force', async (t) => {
  const load = startLoad(t);
  await replace(files.supergraph, flip(1));
  await untilEverywhere(
    graph.gateway,
    (url) => originAllowed('https://shop1.example', url),
    (origin) => origin !== null,
  );
  const wrong = withGateway(`  introspection: maybe
  timeout: 5s
  cors: { origins: [shop.example], allow_credential: true }
`);
  const { msg } = await nextError(graph.gateway, () => replace(files.supergraph, wrong));
  const from = original.split('\n').length;
  assert.deepEqual(
    msg
      .split('\n')
      .slice(1)
      .map((line) =>
        line
          .trim()
          .replace(`${files.supergraph}:`, '')
          .replace(/mean .*timeout"/, 'mean …'),
      ),
    [
      `${from + 1}: gateway.introspection: "maybe": give true or false`,
      `${from + 2}: gateway.timeout: unknown key; did you mean …?`,
      `${from + 3}: gateway.cors.origins.0: "shop.example": give an origin such as https://shop.example, ` +
        'https://*.shop.example, http://localhost:* or *',
      `${from + 3}: gateway.cors.allow_credential: unknown key; did you mean "allow_credentials"?`,
    ],
  );
  assert.equal(await originAllowed('https://shop1.example'), 'https://shop1.example');
  assert.deepEqual((await load.end()).failures, []);
});

/** Returns the origin that may read a response to this one. */
async function originAllowed(origin: string, url = graph.url): Promise<string | null> {
  const { headers } = await fetch(url, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  return headers.get('access-control-allow-origin');
}

/** Sends queries and mutations from several clients until it is ended. */
function startLoad(t: TestContext) {
  const ended = new AbortController();
  t.after(() => ended.abort());
  const failures: unknown[] = [];
  let answered = 0;
  const client = async (name: string) => {
    for (let turn = 0; !ended.signal.aborted; turn += 1) {
      const isWrite = turn % 5 === 0;
      const query = isWrite
        ? `mutation { createUser(name: "Load", email: "${name}-${turn}-${process.hrtime.bigint()}@example.com") { id } }`
        : '{ users(first: 1) { name orders { id } } }';
      const answer = await ask(graph.url, query).catch((error: unknown) => ({ status: 0, errors: [String(error)] }));
      answered += 1;
      if (answer.status !== 200 || answer.errors) failures.push(answer);
      await delay(PAUSE_MS);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(`client${index}`)));
  return {
    async end() {
      ended.abort();
      await clients;
      return { answered, failures };
    },
  };
}
