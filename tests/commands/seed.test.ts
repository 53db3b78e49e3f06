import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createUser, get } from '../harness/client.ts';
import { documentedRequests, ReadersIds, sendRequest } from '../harness/documented-requests.ts';
import { startGraph } from '../harness/graph.ts';
import { type Outcome, run } from '../harness/pm2.ts';
import { freePort } from '../harness/ports.ts';

interface Shop {
  readonly users: { id: string; name: string; email: string; orders: { amount: string }[] }[];
  readonly products: { name: string; stock: number }[];
  readonly orders: { id: string; amount: string; status: string; items: { product: { name: string } }[] }[];
}

const { url } = await startGraph({ after });
const address = new URL(url);

test('npm run seed fills the graph that the environment names, and says how far it is', async () => {
  await createUser(url, 'someone.else@example.com');
  const { code, stdout, stderr } = await seed(['--users', '5', '--orders', '12'], { GATEWAY_PORT: address.port });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^users: 3 of 5$/m);
  assert.match(stdout, /^products: 24 of 24$/m);
  assert.match(stdout, /^orders: 12 of 12$/m);
  assert.match(stdout, /Created 5 users, 24 products and 12 orders; 0 users, 0 products and 0 orders existed already/);

  const { users, orders, products } = await readShop();
  assert.equal(users.length, 6);
  assert.equal(new Set(products.map(({ name }) => name)).size, 24);
  for (const { status, items } of orders) {
    assert.equal(status, 'CONFIRMED');
    assert.ok(items.length > 0 && items.every(({ product }) => product.name !== ''));
  }
  assert.equal(new Set(users.map(({ name }) => name)).size, 5 + 1);
  for (const { name, email } of users.slice(1)) {
    assert.match(name, /^[A-Z][a-z]+ [A-Z][a-z]+$/);
    assert.equal(email, `${name.toLowerCase().replace(' ', '.')}@example.com`);
  }
  // Users are created some at a time: which of them comes first is left to chance.
  const ordersOfUsers = users.map((user) => user.orders.length);
  assert.deepEqual(ordersOfUsers.slice(1).sort(), [2, 2, 2, 3, 3]);
  assert.equal(ordersOfUsers[0], 0, 'a user that was there already gets none');
  assert.ok(new Set(orders.map(({ amount }) => amount)).size > 5, 'the amounts differ');
});

test('the query that it ends with can be asked', async () => {
  const { stdout } = await seed(['--users', '5', '--orders', '12']);
  const [, query = ''] = /ask: (.*)/.exec(stdout) ?? [];
  assert.ok(await get(url, query));
});

test('run again it changes nothing', async () => {
  const before = await readShop();
  const { code, stdout } = await seed(['--users', '5', '--orders', '12']);
  assert.equal(code, 0);
  assert.match(stdout, /Created 0 users, 0 products and 0 orders; 5 users, 24 products and 12 orders existed already/);
  assert.deepEqual(await readShop(), before);
});

test('run with larger numbers it adds what is missing', async () => {
  const before = await readShop();
  const { code, stdout } = await seed(['--users', '8', '--orders', '24']);
  assert.equal(code, 0);
  assert.match(stdout, /Created 3 users, 0 products and 12 orders; 5 users, 24 products and 12 orders existed already/);
  const now = await readShop();
  assert.deepEqual(now.orders.slice(0, before.orders.length), before.orders);
  assert.deepEqual(
    now.users.map((user) => user.orders.length),
    [0, 3, 3, 3, 3, 3, 3, 3, 3],
  );
});

test('people who are there already are found beyond the first page of users', async () => {
  assert.match((await seed(['--users', '102', '--orders', '0'])).stdout, /Created 94 users/);
  const { code, stdout } = await seed(['--users', '102', '--orders', '102']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /Created 0 users, 0 products and 94 orders; 102 users, 24 products and 8 orders existed already/,
  );
  const { users: firstPage } = await readShop();
  const { users } = await get<Pick<Shop, 'users'>>(
    url,
    'query ($after: ID) { users(after: $after) { orders { amount } } }',
    { after: firstPage.at(-1)?.id },
  );
  assert.deepEqual(
    users.map(({ orders }) => orders.length),
    [1, 1, 1],
  );
});

test('the documented requests give the documented answers afterwards, but for their ids', async () => {
  const ids = new ReadersIds();
  for (const { query, answer } of documentedRequests) {
    assert.deepEqual(ids.takeFrom(await sendRequest(url, ids.putInto(query)), answer), answer);
  }
});

const mistakes: [args: string[], message: RegExp][] = [
  [['--users', 'many'], /^--users many: give a whole number, 0 or more\n$/],
  [['--orders=-1'], /^--orders -1: give a whole number, 0 or more\n$/],
  [['--users', '0'], /^--users 0: orders need at least one user\n$/],
  [['--products', '3'], /^Unknown option '--products'.*; the options are --users, --orders and --url\n$/],
  [['--url', 'localhost:4000'], /^--url localhost:4000: give the address of a graph, such as http:/],
];
for (const [args, message] of mistakes) {
  test(`${args.join(' ')} is refused in one line`, async () => {
    const { code, stderr } = await seed(args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  });
}

test('a graph that is not there is said in one line', async () => {
  const port = await freePort();
  const { code, stdout, stderr } = await seed(['--url', `http://127.0.0.1:${port}/graphql`]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`^http://127.0.0.1:${port}/graphql: no graph answers \\(.*ECONNREFUSED.*\\); npm start starts one\n$`),
  );
  assert.equal(stdout, '');
});

test('npm run plan shows the calls of an operation and what took the time', async () => {
  const query = 'query ($first: Int!) { orders(first: $first) { user { name } items { product { name } } } }';
  const { code, stdout, stderr } = await plan([query, '--variables', '{"first":5}']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^.+ took [\d.]+ of [\d.]+ ms\b.*\.\n\n/);
  assert.match(stdout, /^├─ orders +▕ *█+ *▏ +[\d.]+ ms +[\d.]+ k?B sent, [\d.]+ k?B received$/m);
  assert.match(stdout, /^ +├─ users, at orders\.@\.user +▕ *█+ *▏ +[\d.]+ ms +\d entit/m);
  assert.match(stdout, /^ +└─ products, at orders\.@\.items\.@\.product /m);
  const json = JSON.parse((await plan([query, '--variables', '{"first":5}', '--json'])).stdout);
  assert.deepEqual([json.object.kind, json.fetches.length], ['QueryPlan', 3]);
});

for (const [args, message] of [
  [['{ nothing }'], /^The operation was not executed:\nGRAPHQL_VALIDATION_FAILED: .*nothing/],
  [['{ users { id } }', '--variables', '[1]'], /^--variables \[1\]: give a JSON object, such as /],
  [['{ users { id } }', '--header', 'x'], /^--header x: give 'name: value', /],
  [['{ users { id } }', '--header', 'x: €'], /^--header x: €: give 'name: value', /],
  [[], /^give an operation: npm run plan -- /],
] as const) {
  test(`npm run plan refuses in words: ${args.join(' ')}`, async () => {
    const { code, stderr } = await plan(args);
    assert.equal(code, 1);
    assert.match(stderr, message);
  });
}

test('npm run plan says that the gateway does not run', async () => {
  const { code, stderr } = await plan(['{ users { id } }'], `${await freePort()}`);
  assert.equal(code, 1);
  assert.match(stderr, /^http:\S+: no graph answers \(.*ECONNREFUSED.*\); npm start starts one\n$/);
});

/** Runs the command on the gateway at a port, the test's by default. */
function plan(args: readonly string[], port = address.port): Promise<Outcome> {
  return run(process.execPath, ['commands/plan.ts', ...args], { GATEWAY_PORT: port });
}

/** Runs the command on the test's graph, unless the environment names another. */
function seed(args: string[], env?: Record<string, string>): Promise<Outcome> {
  return run(process.execPath, ['commands/seed.ts', ...(env ? [] : ['--url', url]), ...args], env ?? {});
}

/** Resolves with all data, provided that it is on one page. */
function readShop(): Promise<Shop> {
  return get(
    url,
    `{ users(first: 100) { id name email orders(first: 20) { amount } } products(first: 100) { name stock }
      orders(first: 100) { id amount status items { product { name } } } }`,
  );
}
