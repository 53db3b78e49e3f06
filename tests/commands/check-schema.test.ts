import assert from 'node:assert/strict';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { ask, createUser } from '../harness/client.ts';
import { startGraph } from '../harness/graph.ts';
import { NO_PM2, type Outcome, run } from '../harness/pm2.ts';
import { copySupergraph, replace } from '../harness/supergraph-files.ts';

// The gateway counts the uses of its schema, and `npm run check:schema` reads the counts.

const { supergraph } = await copySupergraph({ after });
const folder = dirname(supergraph);
const manifest = join(folder, 'manifest.json');
await writeFile(manifest, JSON.stringify({ 'listed-1': '{ products { name } }' }));
await replace(
  supergraph,
  `${await readFile(supergraph, 'utf8')}gateway:
  telemetry: { field_usage: { file: uses/usage.sqlite } }
  persisted_queries: { local_manifests: [manifest.json] }\n`,
);
const usage = join(folder, 'uses', 'usage.sqlite');
const graph = await startGraph({ after }, { only: ['users', 'orders'], gateway: { SUPERGRAPH_FILE: supergraph } });
const ada = await createUser(graph.url, 'ada@example.com');

const SHOP = { 'apollographql-client-name': 'shop' };
const PAGE = 'query Page($id: ID!) { user(id: $id) { name orders(first: 2) { status } } }';
for (const id of [ada, ada, ada]) await ask(graph.url, PAGE, { id }, SHOP);
await ask(graph.url, '{ users { email nothing } }', {}, SHOP); // refused, so it uses nothing
await ask(
  graph.url,
  'mutation ($items: [CheckoutItem!]!, $user: ID!) { checkout(userId: $user, items: $items) { id } }',
  { user: ada, items: [{ productId: '1', quantity: 1 }] },
);
await graph.gateway.stop(); // it writes the last seconds then

async function check(
  subgraph: 'users' | 'orders' | 'products',
  change: (sdl: string) => string,
  ...options: string[]
): Promise<Outcome> {
  const changed = join(folder, 'changed.graphql');
  const sdl = await readFile(join('subgraphs', subgraph, 'schema.graphql'), 'utf8');
  const text = change(sdl);
  assert.notEqual(text, sdl);
  await writeFile(changed, text);
  return run(process.execPath, ['commands/check-schema.ts', `${subgraph}=${changed}`, ...options], {
    ...NO_PM2,
    SUPERGRAPH_FILE: supergraph,
  });
}

/** Runs the check with another file of uses in the place of the recorded one. */
async function checkWith(t: TestContext, change: () => Promise<void>): Promise<Outcome> {
  const kept = `${usage}.kept`;
  await copyFile(usage, kept);
  t.after(() => copyFile(kept, usage));
  await change();
  return check('users', withoutEmail);
}

const withoutEmail = (sdl: string) => sdl.replace(/^ {2}email: String!$/m, '');

const today = new Date().toISOString().slice(0, 10);

test('removing a field that a client uses fails, and names the client and its operation', async () => {
  const { code, stdout, stderr } = await check('users', (sdl) => sdl.replace(/^ {2}name: String!$/m, ''));
  assert.deepEqual([code, stderr], [1, '']);
  assert.equal(
    stdout,
    `Breaks operations in use:
  Field 'name' was removed from object type 'User'
    shop: Page, 3 times on ${today}
`,
  );
});

test('removing a field that nobody uses passes, and says since when uses are known', async () => {
  const { code, stdout, stderr } = await check('users', withoutEmail);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `Breaks nothing that was used in 30 days (recorded since ${today}):
  Field 'email' was removed from object type 'User'
`,
  );
});

test('a change is not safe because gateways have stopped recording', async (t) => {
  const { code, stdout, stderr } = await checkWith(t, async () => {
    const database = new Database(usage);
    for (const table of ['operations', 'uses', 'given']) database.exec(`update ${table} set last = '2026-01-02'`);
    database.exec("update recording set first = '2026-01-01'");
    database.close();
  });
  assert.deepEqual([code, stderr], [1, '']);
  assert.equal(
    stdout,
    `May break clients:
  Field 'email' was removed from object type 'User'

No use was recorded in the last 30 days, the last one on 2026-01-02: see if the gateway still records them, or give more --days.
`,
  );
});

test('says that the file of uses can not be read if it is damaged', async (t) => {
  const { code, stdout, stderr } = await checkWith(t, async () => {
    const bytes = await readFile(usage);
    await writeFile(usage, bytes.fill(0xab, 4096, bytes.length - 4096));
  });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^\S+usage\.sqlite can't be read: the file is damaged\n$/);
});

test('a required field of an input that variables give, and an operation of a manifest, count as used', async () => {
  const added = await check('orders', (sdl) =>
    sdl.replace(/^ {2}quantity: Int!$/m, '  quantity: Int!\n  gift: Boolean!'),
  );
  assert.equal(added.code, 1);
  assert.match(
    added.stdout,
    /'gift' of type 'Boolean!' was added to input object type 'CheckoutItem'\n {4}\(unnamed\): an anonymous operation, 1 time on /,
  );
  const removed = await check('products', (sdl) => sdl.replace(/^ {2}name: String!$/m, ''), '--json');
  assert.equal(removed.code, 1);
  const { since, changes } = JSON.parse(removed.stdout);
  assert.equal(since, today);
  assert.deepEqual(changes, [
    {
      message: "Field 'name' was removed from object type 'Product'",
      path: 'Product.name',
      effect: 'breaking',
      users: [{ client: 'persisted_queries', operation: 'listed-1' }],
    },
  ]);
});

test('says which schema does not compose, cannot be read, or belongs to no subgraph', async () => {
  const broken = await check('users', (sdl) => sdl.replace('name: String!', 'name: Strin!'));
  assert.deepEqual([broken.code, broken.stdout], [1, '']);
  assert.match(broken.stderr, /The schemas don't compose:\n.*Strin.*changed\.graphql/s);
  const at = (...args: string[]) =>
    run(process.execPath, ['commands/check-schema.ts', ...args], { ...NO_PM2, SUPERGRAPH_FILE: supergraph });
  assert.match((await at('users=nothing.graphql')).stderr, /^nothing\.graphql can't be read: ENOENT/);
  assert.match(
    (await at('reviews=x.graphql')).stderr,
    /^reviews=x\.graphql: no subgraph reviews; give NAME=FILE, where NAME is one of users, orders, products$/m,
  );
  assert.match((await at()).stderr, /^give the changed schemas: npm run check:schema -- products=new\.graphql/);
  assert.match((await at('--days', '0')).stderr, /^--days 0: give a whole number from 1 to 90$/m);
});

test('the file has no value and no text, and only its owner reads it', async () => {
  const { mode } = await stat(usage);
  assert.equal(mode & 0o077, 0);
  const bytes = await readFile(usage, 'latin1');
  assert.ok(bytes.includes('User.name'));
  for (const secret of ['ada@example.com', 'query Page']) assert.ok(!bytes.includes(secret), secret);
});
