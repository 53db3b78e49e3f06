import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ask, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { copySupergraph, edit, replace } from '../harness/supergraph-files.ts';
import { untilEverywhere } from '../harness/waiting.ts';

const files = await copySupergraph({ after });
const graph = await startGraph(
  { after },
  { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: files.supergraph } },
);
await createOrder(graph.url, await createUser(graph.url, 'ada@example.com'));

const DESCRIPTION = '{ __type(name: "User") { description } }';
const ORDERS = '{ orders { amount user { name } } }';
const ANSWER = { orders: [{ amount: '10.50', user: { name: 'Ada Lovelace' } }] };

const CHANGES = times(50, 3);
/** Between an answer and the next request of a client. */
const PAUSE_MS = times(0, 50);

test('applies every change of a schema under load without failing a request', async (t) => {
  const ended = new AbortController();
  t.after(() => ended.abort());
  const load = Promise.all(Array.from({ length: 4 }, () => keepAsking(ended.signal)));
  for (let version = 1; version <= CHANGES; version += 1) await describeUsers(`Version ${version}.`);
  ended.abort();
  const answers = (await load).flat();
  assert.ok(answers.length > 5 * CHANGES, `${answers.length} answers`);
  for (const answer of answers) assert.deepEqual(answer, { status: 200, data: ANSWER });
});

test('removes a field from the graph, and puts it back', async () => {
  const CREATED = '{ users { createdAt } }';
  const whole = await readFile(files.users, 'utf8');
  await edit(files.users, '  createdAt: DateTime!\n', '');
  const removed = await untilEverywhere(
    graph.gateway,
    (url) => ask(url, CREATED),
    ({ errors }) => errors !== undefined,
  );
  assert.deepEqual(errorsOf(removed), ['GRAPHQL_VALIDATION_FAILED: Cannot query field "createdAt" on type "User".']);
  await replace(files.users, whole);
  await untilEverywhere(
    graph.gateway,
    (url) => ask(url, CREATED),
    ({ errors }) => errors === undefined,
  );
});

test('finishes an operation in flight on the graph that it began on', async () => {
  const whole = await readFile(files.users, 'utf8');
  const query = '{ orders { user { createdAt } } }';
  const before = await get(graph.url, query);
  graph.ordersProxy.behaviour = 'hold';
  const coming = graph.ordersProxy.nextCall();
  const underWay = get(graph.url, query);
  await coming;
  await edit(files.users, '  createdAt: DateTime!\n', '');
  await untilEverywhere(
    graph.gateway,
    (url) => ask(url, '{ users { createdAt } }'),
    ({ errors }) => errors !== undefined,
  );
  graph.ordersProxy.behaviour = 'pass';
  await graph.ordersProxy.letGo();
  assert.deepEqual(await underWay, before);
  await replace(files.users, whole);
  await untilEverywhere(
    graph.gateway,
    (url) => ask(url, query),
    ({ errors }) => errors === undefined,
  );
});

/** A change of a schema, and the gateway's message about it. */
interface Refusal {
  file: string;
  spoil(file: string): Promise<unknown>;
  says: RegExp;
  /** Files that the message names, each with the text of the line. */
  where: [file: string, line: string][];
}

const REFUSED: Record<string, Refusal> = {
  'an unknown type': {
    file: files.orders,
    spoil: (file) => edit(file, 'status: OrderStatus!', 'status: State!'),
    says: /INVALID_GRAPHQL: \[orders\] Unknown type State \(/,
    where: [[files.orders, 'status: State!']],
  },
  'types that contradict each other': {
    file: files.orders,
    spoil: (file) => edit(file, 'type User @key(fields: "id") {', 'type User @key(fields: "id") {\n  name: String!'),
    says: /INVALID_FIELD_SHARING: Non-shareable field "User\.name" is resolved from multiple subgraphs/,
    where: [
      [files.orders, '  name: String!'],
      [files.users, '  name: String!'],
    ],
  },
  'a field that is there twice': {
    file: files.orders,
    spoil: (file) => edit(file, 'status: OrderStatus!', 'id: ID!'),
    says: /INVALID_GRAPHQL: \[orders\] Field id already exists on Order/,
    where: [[files.orders, '']],
  },
  'a syntax error': {
    file: files.users,
    spoil: (file) => edit(file, 'type Mutation {', 'type Mutation {{'),
    says: /The schema of the subgraph users can't be read: Syntax Error: Expected Name, found "{"/,
    where: [[files.users, 'type Mutation {{']],
  },
  'a file that is not there': {
    file: files.users,
    spoil: (file) => rm(file),
    says: /The schema of the subgraph users can't be read: ENOENT: no such file or directory/,
    where: [[files.users, '']],
  },
};

for (const [name, { file, spoil, says, where }] of Object.entries(REFUSED)) {
  test(`rejects and names ${name}, keeps the graph, and applies the repair`, async (t) => {
    const good = await readFile(file, 'utf8');
    t.after(() => replace(file, good));
    const { msg } = await nextError(graph.gateway, () => spoil(file));
    assert.match(msg, /^the change is refused, the graph stays as it was\./);
    assert.match(msg, says);
    for (const [path, line] of where) assert.ok(msg.includes(await locate(path, line)), msg);
    assert.deepEqual(await get(graph.url, ORDERS), ANSWER);

    await replace(file, good);
    await describeUsers(`Repaired: ${name}.`);
    assert.deepEqual(await get(graph.url, ORDERS), ANSWER);
  });
}

/** Changes the description of User in its schema, and waits until clients see it. */
async function describeUsers(description: string): Promise<void> {
  const schema = await readFile(files.users, 'utf8');
  await replace(files.users, schema.replace(/"[^"]*"(?=\ntype User)/, `"${description}"`));
  await untilEverywhere(
    graph.gateway,
    (url) => get(url, DESCRIPTION),
    (seen) => isDeepStrictEqual(seen, { __type: { description } }),
  );
}

async function keepAsking(ended: AbortSignal): Promise<object[]> {
  const answers: object[] = [];
  while (!ended.aborted) {
    const { status, data } = await ask(graph.url, ORDERS);
    answers.push({ status, data });
    await delay(PAUSE_MS);
  }
  return answers;
}

/** Returns `file:line`, or the file alone if there is no text. */
async function locate(file: string, line: string): Promise<string> {
  if (line === '') return file;
  const lines = (await readFile(file, 'utf8')).split('\n');
  return `${file}:${lines.findIndex((text) => text.includes(line)) + 1}`;
}
