import type { RequestListener } from 'node:http';
import type { TestContext } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { knows, servePeer } from '@lockstep/subgraph-kit/testing/peer-server.ts';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { cancelOrder } from '../cancel-order.ts';
import { checkout } from '../checkout.ts';
import type { CheckoutInput } from '../checkout-input.ts';
import { migrations } from '../database/migrations.ts';
import type { Tables } from '../database/tables.ts';
import { closeServices, createServices } from '../services.ts';
import { ordersSubgraph } from '../subgraph.ts';
import { Sweep } from '../sweep.ts';
import { serveProducts } from './products-server.ts';

/** An order to a user who exists, of what there is. */
export const CHECKOUT: CheckoutInput = { userId: '1', items: [{ productId: '7', quantity: 2 }] };

/** An empty orders database, and the mutations on it, beside servers in the place of users and products. */
export async function setUpOrders(t: TestContext, listener: RequestListener = knows('1', '2'), env = {}) {
  const users = await servePeer(t, listener);
  const products = await serveProducts(t);
  const { db, log } = await testDatabase<Tables>(t, migrations);
  const { logger } = recordLog();
  const config = ordersSubgraph.readConfig({ USERS_URL: users.url, PRODUCTS_URL: products.url, ...env });
  const services = createServices({ db, config, logger, reach: () => {} });
  t.after(() => closeServices(services));
  const { signal: forever } = new AbortController();
  return {
    users,
    products,
    db,
    log,
    services,
    checkout: (input: Partial<CheckoutInput> = {}, signal = forever) =>
      checkout({ ...services, signal }, { ...CHECKOUT, ...input }),
    cancel: (id: string, signal = forever) => cancelOrder({ ...services, signal }, { id }),
    /** Begins to sweep, until the test is over. */
    sweep() {
      const sweep = new Sweep(services, logger);
      t.after(() => sweep.stop());
    },
    /** Each order's status and amount, and its saga's state. */
    rows: async () => {
      const rows = await db
        .selectFrom('orders')
        .leftJoin('sagas', 'order_id', 'id')
        .select(['status', 'amount_minor', 'state'])
        .orderBy('id')
        .execute();
      return rows.map(({ status, amount_minor, state }) => `${status} ${amount_minor} ${state ?? 'no saga'}`);
    },
  };
}

/** Looks again until it is so. */
export async function eventually<Seen>(look: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
