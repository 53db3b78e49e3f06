import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, test } from 'node:test';
import { ask, codesOf, createOrder, createUser, errorsOf, get } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';
import { configure } from '../harness/supergraph-files.ts';
import { supergraphWith } from './settings.ts';

const DEADLINE_MS = 1000;

const supergraph = await supergraphWith({ after }, { traffic: ['timeout: 1s'], users: ['timeout: 5m'] });
const graph = await startGraph({ after }, { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: supergraph } });
const ada = await createUser(graph.url, 'ada@example.com');
const ids = [await createOrder(graph.url, ada), await createOrder(graph.url, ada)];

afterEach(() => {
  graph.usersProxy.behaviour = graph.ordersProxy.behaviour = graph.verificationProxy.behaviour = 'pass';
});

const ORDERS = '{ orders { id user { name } } }';

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
}

test('users hangs: answers an operation at its deadline, with the rest and an error at each path that waited', async () => {
  for (const url of graph.gateway.urls) await get(url, ORDERS); // planned and compiled
  graph.usersProxy.behaviour = 'hang';
  const answers = await Promise.all(Array.from({ length: times(100) }, () => timed(() => ask(graph.url, ORDERS))));
  for (const { result } of answers) {
    assert.deepEqual(result.data, { orders: ids.map((id) => ({ id, user: null })) });
    assert.deepEqual(
      errorsOf(result),
      [0, 1].map(
        (index) =>
          `DEADLINE_EXCEEDED at orders.${index}.user: The operation's deadline of 1000 ms passed before subgraph "users" had responded`,
      ),
    );
  }
  const [quickest = Number.NaN] = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  assert.ok(quickest >= DEADLINE_MS * 0.95 && quickest <= DEADLINE_MS * 1.15, `${quickest} ms`);
});

/** One of 100 operations may be slow; of few, on a busy machine, many are. */
const USUAL = times(0.99, 0.5);

/** Resolves with the longest time of this many operations, one after the other. */
async function latency(count: number): Promise<number> {
  const taken: number[] = [];
  for (let index = 0; index < count; index += 1) {
    taken.push((await timed(() => get(graph.url, '{ orders { id amount } }'))).ms);
  }
  return taken.sort((a, b) => a - b)[Math.ceil(count * USUAL) - 1] ?? Number.NaN;
}

test('users hangs: answers operations without users as fast as ever', async () => {
  const count = times(1000);
  await latency(count); // warm
  const usual = await latency(count);
  graph.usersProxy.behaviour = 'hang';
  const hanging = Array.from({ length: 20 }, () => ask(graph.url, ORDERS));
  const meanwhile = await latency(count);
  await Promise.all(hanging);
  assert.ok(meanwhile < usual * 3 + 20, `${usual} ms without, ${meanwhile} ms with 20 operations that hang`);
});

/** Returns the remaining time that a call was given, in milliseconds. */
function leftOf({ headers }: { headers: NodeJS.Dict<string | string[]> } = { headers: {} }): number {
  return Number(headers['x-deadline-ms']);
}

test('sends the remaining time with every call, and orders passes it on', async () => {
  graph.ordersProxy.behaviour = 'answer late';
  graph.ordersProxy.delayMs = 200;
  await get(graph.url, ORDERS);
  const toOrders = leftOf(graph.ordersProxy.calls.at(-1));
  const toUsers = leftOf(graph.usersProxy.calls.at(-1));
  assert.ok(toOrders > 500 && toOrders <= DEADLINE_MS, `${toOrders} ms`);
  assert.ok(toUsers > 0 && toUsers <= toOrders - 200, `${toOrders} ms, then ${toUsers} ms`);

  graph.ordersProxy.behaviour = 'pass';
  await createOrder(graph.url, ada);
  const toCreate = leftOf(graph.ordersProxy.calls.at(-1));
  const toVerify = leftOf(graph.verificationProxy.calls.at(-1));
  assert.ok(toVerify > 0 && toVerify <= toCreate, `${toCreate} ms, then ${toVerify} ms`);
});

test('createOrder: users hangs until the deadline: no order is written', async () => {
  const before = await get<{ orders: object[] }>(graph.url, '{ orders { id } }');
  graph.verificationProxy.behaviour = 'hang';
  const { result, ms } = await timed(() =>
    ask(graph.url, `mutation { createOrder(userId: ${ada}, amount: 1) { id } }`),
  );
  assert.deepEqual(codesOf(result), ['DEADLINE_EXCEEDED']);
  assert.ok(ms < 2000, `${ms} ms`); // orders alone would wait for two seconds
  assert.deepEqual(await get(graph.url, '{ orders { id } }'), before);
});

test("ends a call at its subgraph's timeout, however long the operation may take", async () => {
  const settings = await readFile(supergraph, 'utf8');
  const others = settings.replace('timeout: 1s', 'timeout: 4m').replace('timeout: 5m', 'timeout: 300ms');
  await configure(graph.gateway, supergraph, others);
  graph.usersProxy.behaviour = 'hang';
  const answer = await ask(graph.url, '{ users { id } }');
  assert.deepEqual(errorsOf(answer), ['DEADLINE_EXCEEDED at users: Subgraph "users" did not respond within 300 ms']);
  assert.ok(leftOf(graph.usersProxy.calls.at(-1)) <= 300);
});
