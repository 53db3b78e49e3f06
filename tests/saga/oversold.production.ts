import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { workThrough } from '../../commands/seeding/work-through.ts';
import { databasesOf, endingOf, sendCheckout } from '../harness/checkouts.ts';
import { createProduct, createUser, get } from '../harness/client.ts';
import { times } from '../harness/full-count.ts';
import { startGraph } from '../harness/graph.ts';

const STOCK = times(100);
const BUYERS = 10 * STOCK;
/** Number of buyers that a busy machine serves well within their deadlines; a passed deadline says nothing about stock. */
const AT_A_TIME = 20;

test(`never oversells: ${BUYERS} buyers of ${STOCK}`, async (t) => {
  const graph = await startGraph(t);
  const userId = await createUser(graph.url, 'ada@example.com');
  const productId = await createProduct(graph.url, STOCK);
  const buyers = Array.from({ length: BUYERS }, (_, index) => `buyer ${index}`);

  const endings = await workThrough(buyers, AT_A_TIME, async (key) =>
    endingOf(await sendCheckout(graph.url, { userId, productId, quantity: 1, key })),
  );

  assert.deepEqual(count(endings), { CONFIRMED: STOCK, INSUFFICIENT_STOCK: BUYERS - STOCK });
  const { product } = await get<{ product: { stock: number } }>(
    graph.url,
    'query ($id: ID!) { product(id: $id) { stock } }',
    { id: productId },
  );
  assert.equal(product.stock, 0);
  assert.deepEqual(await checkCheckouts(databasesOf(graph)), { checkouts: BUYERS, products: 1, problems: [] });
});

function count(endings: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(endings, (ending) => ending)).map(([ending, all = []]) => [ending, all.length]),
  );
}
