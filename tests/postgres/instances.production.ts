import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { workThrough } from '../../commands/seeding/work-through.ts';
import { endingOf, sendCheckout } from '../harness/checkouts.ts';
import { createProduct, createUser, get } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { times } from '../harness/full-count.ts';
import { start } from '../harness/graph.ts';
import { startPostgres, withoutPostgres } from '../harness/postgres.ts';
import type { RunningProcess } from '../harness/process.ts';
import { type FaultProxy, startProxy } from '../harness/proxy.ts';
import { until } from '../harness/waiting.ts';

const STOCK = times(100, 5);
const BUYERS = 10 * STOCK;
const AT_A_TIME = 20;
const ABANDONED = times(100, 20);
const KEYS = times(1000, 10);
/** Time after which the others end what an instance left, and in which each of them ends one checkout on a slow machine. */
const CHECKOUT_TIMEOUT_MS = '5000';
const TIMES = {
  CHECKOUT_TIMEOUT_MS,
  USERS_TIMEOUT_MS: '10000',
  PRODUCTS_TIMEOUT_MS: '10000',
};

const onPostgres = { skip: withoutPostgres };

/** Three instances of orders and two of products, on one server. */
interface Instances {
  readonly databases: { readonly orders: string; readonly products: string };
  readonly orders: readonly RunningProcess[];
  readonly products: readonly RunningProcess[];
  /** Proxies between the instances of orders and those of products. */
  readonly proxies: readonly FaultProxy[];
  readonly userId: string;
}

async function startInstances(): Promise<Instances> {
  const server = await startPostgres({ after });
  const locations = createDatabases(['users', 'orders', 'products'], '', 'schema', server.url);
  const [users = '', orders = '', products = ''] = locations.values();
  const env = {
    SUBGRAPH_SECRET: '',
    USERS_DATABASE: users,
    ORDERS_DATABASE: orders,
    PRODUCTS_DATABASE: products,
    ...TIMES,
  };
  const [ofUsers, ...ofProducts] = await Promise.all(
    ['users', 'products', 'products'].map((name) => start({ after }, `subgraphs/${name}`, env)),
  );
  assert.ok(ofUsers);
  const proxies = await Promise.all(ofProducts.map(({ url }) => startProxy(url)));
  after(() => Promise.all(proxies.map((proxy) => proxy.close())));
  const urls = { USERS_URL: ofUsers.url, PRODUCTS_URL: proxies.map(({ url }) => url).join(',') };
  const ofOrders = await Promise.all([1, 2, 3].map(() => start({ after }, 'subgraphs/orders', { ...env, ...urls })));
  return {
    databases: { orders, products },
    orders: ofOrders,
    products: ofProducts,
    proxies,
    userId: await createUser(ofUsers.url, 'ada@example.com'),
  };
}

const none: Instances = { databases: { orders: '', products: '' }, orders: [], products: [], proxies: [], userId: '' };
const instances = withoutPostgres ? none : await startInstances();

const urlOf = ({ orders }: Instances, index: number) => orders[index % orders.length]?.url ?? '';
const productsUrl = ({ products }: Instances) => products[0]?.url ?? '';

test(
  `three instances of orders and two of products never oversell: ${BUYERS} buyers of ${STOCK}`,
  onPostgres,
  async () => {
    const { databases, userId } = instances;
    const productId = await createProduct(productsUrl(instances), STOCK);
    const buyers = Array.from({ length: BUYERS }, (_, index) => index);
    const endings = await workThrough(buyers, AT_A_TIME, async (index) => {
      const checkout = { userId, productId, quantity: 1, key: `buyer ${index}` };
      return endingOf(await sendCheckout(urlOf(instances, index), checkout));
    });
    const counts = ['CONFIRMED', 'INSUFFICIENT_STOCK'].map(
      (kind) => endings.filter((ending) => ending === kind).length,
    );
    assert.deepEqual(counts, [STOCK, BUYERS - STOCK], endings.join());
    const query = 'query ($id: ID!) { product(id: $id) { stock } }';
    assert.deepEqual(await get(productsUrl(instances), query, { id: productId }), { product: { stock: 0 } });
    assert.deepEqual((await checkCheckouts(databases)).problems, []);
  },
);

test(`${KEYS} idempotency keys, each sent to all instances at once, are an order each`, onPostgres, async () => {
  const { databases, userId, orders } = instances;
  const productId = await createProduct(productsUrl(instances), KEYS);
  const { checkouts: earlier } = await checkCheckouts(databases);
  const keys = Array.from({ length: KEYS }, (_, index) => `key ${index}`);
  await workThrough(keys, AT_A_TIME / 2, async (key) => {
    const checkout = { userId, productId, quantity: 1, key };
    const answers = await Promise.all(orders.map(({ url }) => sendCheckout(url, checkout)));
    for (const { data } of answers) assert.deepEqual([data?.checkout.status, data], ['CONFIRMED', answers[0]?.data]);
  });
  const report = await checkCheckouts(databases);
  assert.deepEqual([report.checkouts, report.problems], [earlier + KEYS, []]);
});

test('what a killed instance left is ended by the others, each checkout by one of them', onPostgres, async () => {
  const { databases, userId, orders, proxies } = instances;
  const productId = await createProduct(productsUrl(instances), ABANDONED);
  for (const proxy of proxies) proxy.behaviour = ({ query }) => (query.includes('reserveStock') ? 'hang' : 'pass');
  const keys = Array.from({ length: ABANDONED }, (_, index) => `abandoned ${index}`);
  const [killed, ...others] = orders;
  const callsOf = (mutation: string) =>
    proxies.flatMap(({ calls }) => calls).filter(({ query }) => query.includes(mutation)).length;
  const released = callsOf('releaseStock');
  const reserved = callsOf('reserveStock');
  const sent = keys.map((key) => sendCheckout(killed?.url ?? '', { userId, productId, quantity: 1, key }));
  const lost = Promise.allSettled(sent);
  await until(
    () => callsOf('reserveStock'),
    (count) => count === reserved + ABANDONED,
  );
  await killed?.stop('SIGKILL');
  for (const { status } of await lost) assert.equal(status, 'rejected');
  assert.equal(callsOf('releaseStock'), released, 'the others left alone what it ran');
  await until(
    () => others.flatMap(({ logs }) => logs.filter(({ msg }) => msg.startsWith('the sweep ended'))).length,
    (count) => count >= ABANDONED,
  );
  assert.equal(callsOf('releaseStock'), released + ABANDONED);
  assert.deepEqual((await checkCheckouts(databases)).problems, []);
  for (const key of keys.slice(0, 3)) {
    const again = await sendCheckout(others[1]?.url ?? '', { userId, productId, quantity: 1, key });
    assert.equal(endingOf(again), 'CANCELLED');
  }
});
