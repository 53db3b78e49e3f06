import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { endingOf, sendCheckout, untilSettled } from '../harness/checkouts.ts';
import { createProduct, createUser, errorsOf } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';

const TIMEOUT_MS = 500;
const SLACK_MS = 3000;

const graph = await startGraph({ after }, { orders: { CHECKOUT_TIMEOUT_MS: String(TIMEOUT_MS) } });
const userId = await createUser(graph.url, 'ada@example.com');
const productId = await createProduct(graph.url, 10);

const STEPS = [
  ['users is asked', () => graph.verificationProxy],
  ['stock is reserved', () => graph.stockProxy],
] as const;

for (const [step, proxyOf] of STEPS) {
  for (const behaviour of ['hang', 'hold'] as const) {
    test(`responds in time if time runs out while ${step} (${behaviour}), and gives the outcome for the same key`, async () => {
      const checkout = { userId, productId, quantity: 1, key: `${step}, ${behaviour}` };
      proxyOf().behaviour = ({ query }) => (query.includes('releaseStock') ? 'pass' : behaviour);
      const startedAt = performance.now();
      const answer = await sendCheckout(graph.url, checkout);
      const ms = performance.now() - startedAt;
      assert.deepEqual(errorsOf(answer), [
        'DEADLINE_EXCEEDED at checkout: The time ran out before it was settled; ask again to see how it ended',
      ]);
      assert.ok(ms >= TIMEOUT_MS && ms < TIMEOUT_MS + SLACK_MS, `it took ${ms} ms`);

      await untilSettled(graph);
      proxyOf().behaviour = 'pass';
      await proxyOf().letGo();
      assert.equal(endingOf(await sendCheckout(graph.url, checkout)), 'CANCELLED');
      await untilSettled(graph);
    });
  }
}
