import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkCheckouts } from '../../commands/databases/checkout-check.ts';
import { createProduct, createUser } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { times } from '../harness/full-count.ts';
import { type Graph, start, startGraph } from '../harness/graph.ts';
import { startPostgres, withoutPostgres } from '../harness/postgres.ts';
import type { RunningProcess } from '../harness/process.ts';
import { readRows } from '../harness/rows.ts';
import { SUBGRAPH_NAMES, variablesOfEach } from '../harness/subgraphs.ts';
import { until } from '../harness/waiting.ts';
import { startMove } from './move-command.ts';
import { type Acknowledged, Shoppers } from './shoppers.ts';

const STOCK = 10_000;
const ROUND_TRIPS = times(5, 1);
/** Subgraphs that move back too. */
const MOVED_BACK = SUBGRAPH_NAMES.filter((name) => name === 'orders' || times(1, 0) === 1);

test('a graph under load moves to PostgreSQL and back: nothing is lost or doubled, and ids go on', {
  skip: withoutPostgres,
}, async (t) => {
  const server = await startPostgres(t);
  const graph = await startGraph(t);
  const [userId, productId] = [await createUser(graph.url, 'ada@example.com'), await createProduct(graph.url, STOCK)];
  const running = new Map(SUBGRAPH_NAMES.map((name) => [name, graph.processOf(name)]));
  const locations = new Map(SUBGRAPH_NAMES.map((name) => [name, graph.databaseOf(name)]));
  const files = new Map(SUBGRAPH_NAMES.map((name) => [name, join(graph.folder, `${name}-back.sqlite`)]));
  const shoppers = new Shoppers(graph.url, userId, productId);
  await until(
    () => shoppers.acknowledged.users.size,
    (users) => users > 5,
  );
  for (let trip = 1; trip <= ROUND_TRIPS; trip += 1) {
    const urls = createDatabases(SUBGRAPH_NAMES, graph.folder, 'schema', server.url);
    for (const { to, names } of [
      { to: urls, names: SUBGRAPH_NAMES },
      { to: files, names: MOVED_BACK },
    ]) {
      for (const name of names) await move(t, graph, { name, locations, running }, to.get(name) ?? '');
      const { size } = shoppers.acknowledged.users;
      await until(
        () => shoppers.acknowledged.users.size,
        (users) => users > size + 3,
      );
    }
  }
  await shoppers.end();
  const [orders = '', products = ''] = [locations.get('orders'), locations.get('products')];
  await until(
    async () => (await checkCheckouts({ orders, products })).problems,
    (problems) => problems.length === 0,
  );
  checkRows(locations, shoppers.acknowledged);
});

/** Moves one subgraph while it serves, as somebody does who has no pm2: it is stopped when the command says so. */
async function move(
  t: TestContext,
  graph: Graph,
  state: { name: string; locations: Map<string, string>; running: Map<string, RunningProcess> },
  to: string,
): Promise<void> {
  const { name, locations, running } = state;
  const command = startMove(
    [name, '--to', to],
    variablesOfEach('DATABASE', (each) => locations.get(each) ?? ''),
  );
  await command.says('Stop all processes');
  await running.get(name)?.stop();
  const { code, stdout, stderr } = await command.outcome;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout + stderr, /password of the tests|password%20of/);
  locations.set(name, to);
  const process = await start(t, `subgraphs/${name}`, {
    ...variablesOfEach('DATABASE', (each) => locations.get(each) ?? '', [name]),
    USERS_URL: graph.verificationProxy.url,
    PRODUCTS_URL: graph.stockProxy.url,
  });
  running.set(name, process);
  if (name === 'users') graph.usersProxy.targets = graph.verificationProxy.targets = process.urls;
  else if (name === 'products') graph.productsProxy.targets = graph.stockProxy.targets = process.urls;
  else graph.ordersProxy.targets = process.urls;
}

function checkRows(locations: ReadonlyMap<string, string>, { users, orders, checkouts, restocks }: Acknowledged): void {
  const rowsOf = <Row>(name: string, query: string) => readRows<Row>(locations.get(name) ?? '', query);
  const stored = rowsOf<{ id: number; email: string }>('users', 'select id, email from users where id > 1 order by id');
  const idOf = new Map(stored.map(({ id, email }) => [email, String(id)]));
  assert.deepEqual(new Set(idOf.keys()), new Set(users.keys()));
  for (const [email, id] of users) if (id !== 'unknown') assert.equal(idOf.get(email), id);
  const keyed = rowsOf<{ key: string; id: number }>(
    'orders',
    'select idempotency_key as "key", id from orders order by id',
  );
  const ids = new Map([...orders, ...checkouts].map(([key, id]) => [key, id]));
  assert.equal(keyed.length, ids.size);
  assert.deepEqual(new Map(keyed.map(({ key, id }) => [key, String(id)])), ids);
  const [{ put_in: putIn } = { put_in: 0 }] = rowsOf<{ put_in: number }>('products', 'select put_in from products');
  assert.equal(putIn, STOCK + restocks.size, 'each restock took effect once');
}
