import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, type TestContext, test } from 'node:test';
import { createOrder, createUser } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { startGraph } from '../harness/graph.ts';
import { ROOT, runScript } from '../harness/process.ts';
import { generateTypes, nameFiles, typeErrors } from './codegen.ts';

const ADDRESS = 'http://127.0.0.1:4000/graphql';

const CLIENTS = [
  { page: 'README.md', name: 'fetch' },
  { page: 'docs/frontend.md', name: 'apollo-client' },
  { page: 'docs/frontend.md', name: 'urql' },
  { page: 'docs/frontend.md', name: 'graphql-request' },
];

const graph = await startGraph({ after }, { only: ['users', 'orders'] });
const user = await createUser(graph.url, 'ada@example.com');
await createOrder(graph.url, user, '10.50');

/** Runs a page's code in a folder from which its imports resolve. Resolves with its output. */
async function run(t: TestContext, code: string, url = graph.url): Promise<string> {
  assert.ok(code.includes(ADDRESS), `the code doesn't call ${ADDRESS}`);
  const folder = await mkdtemp(join(import.meta.dirname, '.tmp-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'snippet.ts');
  await writeFile(file, code.replaceAll(ADDRESS, url));
  const { code: exitCode, stdout, stderr } = await runScript(relative(ROOT, file));
  assert.deepEqual([exitCode, stderr], [0, '']);
  return stdout;
}

for (const { page, name } of CLIENTS) {
  test(`the code for ${name} prints each order and its user`, async (t) => {
    assert.match(await run(t, codeBlock(page, name)), /^10\.50 Ada Lovelace\s*$/);
  });

  test(`the code for ${name} prints the rest while users is down`, async (t) => {
    graph.usersProxy.behaviour = 'reset';
    t.after(() => {
      graph.usersProxy.behaviour = 'pass';
    });
    assert.match(await run(t, codeBlock(page, name)), /^10\.50 user unknown\b/);
  });
}

test('the code for apollo-client retries a query after a reset, and sends its text only if the gateway does not know it', async (t) => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    if (bodies.length === 1) {
      request.socket.resetAndDestroy();
      return;
    }
    const { 'content-type': type = '', accept = '' } = request.headers;
    const answer = await fetch(graph.url, { method: 'POST', headers: { 'content-type': type, accept }, body });
    response.setHeader('content-type', answer.headers.get('content-type') ?? '').end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  assert.match(await run(t, codeBlock('docs/frontend.md', 'apollo-client'), url), /^10\.50 Ada Lovelace\s*$/);
  const hashes = bodies.map((body) => JSON.parse(body).extensions?.persistedQuery?.sha256Hash);
  assert.match(hashes[0], /^[0-9a-f]{64}$/);
  assert.deepEqual(new Set(hashes).size, 1);
  // the text comes at most once, and never with the first attempts
  const texts = bodies.map((body) => 'query' in JSON.parse(body));
  assert.deepEqual([texts[0], texts[1]], [false, false]);
});

describe('GraphQL Code Generator, as the page configures it,', async () => {
  const wrong = `
    import { graphql } from './graphql';
    import type { CreateMutationVariables, OrdersQuery } from './graphql/graphql';
    graphql(\`mutation Create($amount: Money!) { createOrder(userId: 1, amount: $amount) { amount } }\`);
    export const right: CreateMutationVariables[] = [{ amount: 10.5 }, { amount: '10.50' }];
    export const amount: CreateMutationVariables = { amount: new Date() };
    export const sum = (order: OrdersQuery['orders'][0]) => 1 + order.amount * 2;
    export const year = (order: OrdersQuery['orders'][0]) => order.createdAt.getFullYear();
    export const name = (order: OrdersQuery['orders'][0]) => order.user.name;`;
  const atGraph = (code: string) => code.replaceAll(ADDRESS, graph.url);
  const { folder, generated } = await generateTypes({ after }, atGraph, { 'src/wrong.ts': wrong });

  test('makes types of the schema, of its scalars too, by which wrong uses are refused', async () => {
    assert.equal(generated.code, 0, generated.output);
    // a Date as Money, arithmetic with Money, a method of Date on DateTime, and a user that may be null
    assert.deepEqual(await typeErrors(folder), [
      'src/wrong.ts TS2322',
      'src/wrong.ts TS2362',
      'src/wrong.ts TS2339',
      'src/wrong.ts TS18047',
    ]);
  });

  test('types an operation that runs', async () => {
    await nameFiles(folder);
    const { code, stdout, stderr } = await runScript(relative(ROOT, join(folder, 'src/orders.ts')));
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^10\.50 Ada Lovelace 20\d\d\s*$/);
  });
});
