import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { workThrough } from '../../commands/seeding/work-through.ts';
import type { Behaviour } from '../harness/behaviours.ts';
import { databasesOf, endingOf, sendCancel, sendCheckout, untilSettled } from '../harness/checkouts.ts';
import { createProduct, createUser } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';

const CHECKOUTS = times(1000);
const AT_A_TIME = 10;
const TIMEOUTS = { PRODUCTS_TIMEOUT_MS: '300', CHECKOUT_TIMEOUT_MS: '700' };

/** Faults in a cycle whose length is coprime to that of the checkouts, so that every call meets every fault. */
const FAULTS: Behaviour[] = [
  'pass',
  'hang',
  'pass',
  'lose the answer',
  'pass',
  'arrive twice',
  'hold',
  'pass',
  'cut the answer',
  'pass',
  'reset',
];

test(`accounts for all stock after ${CHECKOUTS} checkouts over a network that drops, delays, duplicates and cuts`, async (t) => {
  const graph = await startGraph(t, { orders: TIMEOUTS });
  const userId = await createUser(graph.url, 'ada@example.com');
  const productId = await createProduct(graph.url, CHECKOUTS);
  const checkouts = Array.from({ length: CHECKOUTS }, (_, index) => ({
    userId,
    productId,
    quantity: (index % 5) + 1,
    key: `checkout ${index}`,
  }));

  let calls = 0;
  graph.stockProxy.behaviour = () => FAULTS[calls++ % FAULTS.length] ?? 'pass';
  const endings = await workThrough([...checkouts.entries()], AT_A_TIME, async ([index, checkout]) => {
    const answer = await sendCheckout(graph.url, checkout);
    if (index % 7 === 0) void graph.stockProxy.letGo(); // ends the delay of the calls held until now
    if (index % 3 !== 0 || answer.data === null) return endingOf(answer);
    await sendCancel(graph.url, answer.data.checkout.id);
    return 'cancelled by its client';
  });
  graph.stockProxy.behaviour = 'pass';
  await graph.stockProxy.letGo();
  await untilSettled(graph);

  const kinds = new Set(endings);
  for (const kind of ['CONFIRMED', 'DEADLINE_EXCEEDED']) {
    assert.ok(kinds.has(kind), `some were ${kind}: ${[...kinds].join(', ')}`); // on a slow machine there may be no others
  }
  for (const [index, checkout] of checkouts.entries()) {
    const first = endings[index];
    const ending = endingOf(await sendCheckout(graph.url, checkout));
    if (first === 'CONFIRMED' || first === 'INSUFFICIENT_STOCK') assert.equal(ending, first, checkout.key);
    else assert.equal(ending, 'CANCELLED', `${checkout.key}, which was ${first}`);
  }
  assert.deepEqual(await checkCheckouts(databasesOf(graph)), { checkouts: CHECKOUTS, products: 1, problems: [] });
});
