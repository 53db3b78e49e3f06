import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import {
  type Checkout,
  databasesOf,
  endingOf,
  sendCancel,
  sendCheckout,
  startAgain,
  untilSettled,
} from '../harness/checkouts.ts';
import { createProduct, createUser } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import type { Graph } from '../harness/graph.ts';
import type { RunningProcess } from '../harness/process.ts';

const ROUNDS = times(10);
const BUYERS = 5;

type Killed = 'orders' | 'products';

// A process that is started again serves the tests that follow, so it ends with the file.
const endings: (() => unknown)[] = [];
after(() => Promise.all(endings.map((end) => end())));
const file = { after: (end: () => unknown) => void endings.push(end) };

/** Kills the process at each of its failpoints under checkouts that succeed, that are rejected, and that are cancelled. */
export function testKilledAt(graph: Graph, name: Killed, failpoints: readonly string[]): void {
  test(`accounts for all stock when ${name} is killed between any two steps of a checkout`, async (t) => {
    const userId = await createUser(graph.url, `${name}@example.com`);
    const plenty = await createProduct(graph.url, 1_000_000);
    const scarce = await createProduct(graph.url, 2);
    let running = graph[name];
    let { checkouts: sent } = await checkCheckouts(databasesOf(graph));
    for (const failpoint of failpoints) {
      await t.test(`ends each checkout and accounts for all stock at ${failpoint}`, async () => {
        for (let round = 1; round <= ROUNDS; round += 1) {
          const keys = Array.from({ length: BUYERS }, (_, index) => `${failpoint} ${round} ${index}`);
          const checkouts = [
            ...keys.map((key) => ({ userId, productId: plenty, quantity: 3, key })),
            { userId, productId: scarce, quantity: 3, key: `${failpoint} ${round} too many` },
          ];
          const earlier = { userId, productId: plenty, quantity: 3, key: `${failpoint} ${round} earlier` };
          const { data } = await sendCheckout(graph.url, earlier);
          assert.ok(data);
          await running.stop('SIGKILL');
          running = await killAt(graph, { name, failpoint }, checkouts, data.checkout.id);
          sent += checkouts.length + 1;
          assert.equal((await checkCheckouts(databasesOf(graph))).checkouts, sent, 'one order a key');
        }
      });
    }
  });
}

/**
 * @param orderId an order that is cancelled at the same time
 * @returns the process that was started after the one that was killed
 */
async function killAt(
  graph: Graph,
  { name, failpoint }: { name: Killed; failpoint: string },
  checkouts: readonly Checkout[],
  orderId: string,
): Promise<RunningProcess> {
  const doomed = await startAgain(file, graph, name, { FAILPOINT: failpoint, NODE_ENV: 'test' });
  const [answers] = await Promise.all([
    Promise.all(checkouts.map((checkout) => sendCheckout(graph.url, checkout))),
    sendCancel(graph.url, orderId),
  ]);
  assert.equal(await doomed.ended, 'SIGKILL');
  await doomed.stop('SIGKILL'); // of several instances, those that have not come so far

  const restartedAt = performance.now();
  const restarted = await startAgain(file, graph, name);
  await untilSettled(graph, restartedAt);
  for (const [index, checkout] of checkouts.entries()) await assertEnded(graph, checkout, endingOf(answers[index]));
  await untilSettled(graph);
  return restarted;
}

/** Sends the checkout again to learn its outcome, and asserts that an earlier response said the same. */
async function assertEnded(graph: Graph, checkout: Checkout, first: string): Promise<void> {
  const ending = endingOf(await sendCheckout(graph.url, checkout));
  const endings = ['CONFIRMED', 'CANCELLED', 'INSUFFICIENT_STOCK'];
  assert.ok(endings.includes(ending), `${checkout.key} ended as ${ending}`);
  if (endings.includes(first)) assert.equal(ending, first, checkout.key);
}
