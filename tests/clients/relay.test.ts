import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import compiler from 'relay-compiler';
import {
  type ConcreteRequest,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getSingularSelector,
  type IEnvironment,
  type ReaderFragment,
  RecordSource,
  type SelectorData,
  Store,
  type Variables,
} from 'relay-runtime';
import { createOrder, createUser, get } from '../harness/client.ts';
import { codeBlock } from '../harness/documentation.ts';
import { startGraph } from '../harness/graph.ts';
import { ROOT, runScript } from '../harness/process.ts';

const PAGE = 'docs/relay.md';
const ADDRESS = 'http://127.0.0.1:4000/graphql';
const execute = promisify(execFile);

const graph = await startGraph({ after }, { only: ['users', 'orders'] });
const user = await createUser(graph.url, 'ada@example.com');
const orders: string[] = [];
for (const amount of ['1.00', '2.00', '3.00']) orders.push(await createOrder(graph.url, user, amount));

// In this folder, so that imports resolve.
const folder = await mkdtemp(join(import.meta.dirname, '.tmp-'));
after(() => rm(folder, { recursive: true }));
await mkdir(join(folder, 'src', '__generated__'), { recursive: true });
const files = {
  'fetch-schema.ts': codeBlock(PAGE, 'relay-schema').replaceAll("'schema.graphql'", `'${folder}/schema.graphql'`),
  'relay.config.json': codeBlock(PAGE, 'relay-config'),
  'src/environment.ts': codeBlock(PAGE, 'relay-environment'),
  'src/shop.ts': codeBlock(PAGE, 'relay-fragments'),
};
for (const [name, text] of Object.entries(files)) {
  await writeFile(join(folder, name), text.replaceAll(ADDRESS, graph.url));
}
const script = await runScript(relative(ROOT, join(folder, 'fetch-schema.ts')));
assert.deepEqual([script.code, script.stderr], [0, '']);
// It would add what it writes to git's index.
const compiled = await execute(compiler, [], { cwd: folder, env: { ...process.env, GIT_DIR: devNull } });

// A bundler finds them without their extension, and Node doesn't.
for (const file of globSync(join(folder, 'src/__generated__/*.ts'))) {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(".graphql';", ".graphql.ts';"));
}

/** Returns the default export of what the compiler made for an operation or a fragment. */
async function artifact<Node>(name: string): Promise<Node> {
  return (await import(join(folder, 'src', '__generated__', `${name}.graphql.ts`))).default;
}

const shopQuery = await artifact<ConcreteRequest>('shopQuery');
const orderRefetchQuery = await artifact<ConcreteRequest>('shopOrderRefetchQuery');
const ordersPageQuery = await artifact<ConcreteRequest>('shopOrdersPageQuery');
const ordersFragment = await artifact<ReaderFragment>('shop_orders');

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string;
}

/** Data of the operations and the fragment; each has some of it. */
interface ShopData {
  readonly user: { readonly __id: string };
  readonly order: { readonly __id: string };
  readonly ordersConnection: { readonly edges: { readonly node: { id: string } }[]; readonly pageInfo: PageInfo };
}

/** Runs an operation. Resolves with its data as the store has it then. */
async function run(environment: IEnvironment, query: ConcreteRequest, variables: Variables): Promise<ShopData> {
  const operation = createOperationDescriptor(query, variables);
  environment.retain(operation);
  await fetchQuery(environment, query, variables, { networkCacheConfig: { force: true } }).toPromise();
  return dataOf(environment.lookup(operation.fragment).data);
}

/** Returns data without the properties that Relay adds. */
function plain(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data, (key, value) => (key.startsWith('__') ? undefined : value)));
}

function dataOf(data: SelectorData | null | undefined): ShopData {
  assert.ok(data, 'the store has no data');
  return JSON.parse(JSON.stringify(data));
}

/** Returns the pages of a user's orders that the store has. */
function ordersOf(environment: IEnvironment, owner: unknown): { ids: string[]; pageInfo: PageInfo } {
  const selector = getSingularSelector(ordersFragment, owner);
  const { edges, pageInfo } = dataOf(selector && environment.lookup(selector).data).ordersConnection;
  return { ids: edges.map(({ node }) => node.id), pageInfo };
}

/** The same environment as the page's, but for the option `getDataID`. */
const withoutOption = (environment: IEnvironment) =>
  new Environment({ network: environment.getNetwork(), store: new Store(new RecordSource()) });

const newEnvironment = async (): Promise<IEnvironment> => {
  const { environment } = await import(`${join(folder, 'src', 'environment.ts')}?${Math.random()}`);
  return environment;
};

/** The data of the page's query as the graph has it. */
const shop = await get(graph.url, '{ user(id: 1) { id name createdAt } order(id: 1) { id createdAt user { name } } }');

describe('Relay, as its page sets it up,', () => {
  test('compiles against this graph', () => {
    assert.match(compiled.stderr + compiled.stdout, /compiled documents: 5 reader, 3 normalization, 6 operation text/);
    assert.match(orderRefetchQuery.params.text ?? '', /node\(id: \$nodeId\)/);
  });

  test('keeps a user and an order with the same id apart', async () => {
    const environment = await newEnvironment();
    assert.deepEqual(plain(await run(environment, shopQuery, { id: '1' })), shop);
    const records = Object.values(environment.getStore().getSource().toJSON());
    const types = records.map((record) => record?.__typename);
    assert.equal(types.filter((type) => type === 'User').length, 1);
    assert.equal(types.filter((type) => type === 'Order').length, 2);
  });

  test('mixes them up without getDataID', async (t) => {
    t.mock.method(console, 'error', () => {});
    const environment = withoutOption(await newEnvironment());
    assert.notDeepEqual(plain(await run(environment, shopQuery, { id: '1' })), shop);
  });

  test('refetches an object by its nodeId', async () => {
    const environment = await newEnvironment();
    const { order } = await run(environment, shopQuery, { id: '1' });
    await get(graph.url, 'mutation { cancelOrder(id: 1) { id } }');
    await run(environment, orderRefetchQuery, { nodeId: order.__id });
    const record = environment.getStore().getSource().get(order.__id);
    assert.deepEqual([record?.__typename, record?.status], ['Order', 'CANCELLED']);
  });

  test('pages through a connection while orders are added', async () => {
    const environment = await newEnvironment();
    const { user: owner } = await run(environment, shopQuery, { id: '1' });
    const { ids, pageInfo } = ordersOf(environment, owner);
    assert.deepEqual([ids, pageInfo.hasNextPage], [['1', '2'], true]);
    orders.push(await createOrder(graph.url, user, '4.00'));
    await run(environment, ordersPageQuery, { nodeId: owner.__id, count: 100, cursor: pageInfo.endCursor });
    assert.deepEqual(ordersOf(environment, owner).ids, orders);
  });
});
