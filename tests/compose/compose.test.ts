import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { runScript } from '../harness/process.ts';
import { SUBGRAPH_NAMES } from '../harness/subgraphs.ts';
import { copySupergraph, edit } from '../harness/supergraph-files.ts';

const SCRIPT = 'gateway/src/compose.ts';

test('prints the supergraph and nothing else', async () => {
  const { code, stdout, stderr } = await runScript(SCRIPT);
  assert.deepEqual([code, stderr], [0, '']);
  const schema = buildSchema(stdout);
  assert.match(stdout, /USERS @join__graph\(name: "users", url: "http:\/\/127\.0\.0\.1:4001\/graphql"\)/);
  assert.match(stdout, /ORDERS @join__graph\(name: "orders", url: "http:\/\/127\.0\.0\.1:4002\/graphql"\)/);
  assert.match(stdout, /PRODUCTS @join__graph\(name: "products", url: "http:\/\/127\.0\.0\.1:4003\/graphql"\)/);
  const fields = Object.keys(schema.getQueryType()?.getFields() ?? {});
  const ofShop = fields.filter((name) => /^(order|product|user)s?$/.test(name)).sort();
  assert.deepEqual(ofShop, ['order', 'orders', 'product', 'products', 'user', 'users']);
  const names = [...stdout.matchAll(/@join__graph\(name: "([\w-]+)"/g)].map(([, name]) => name);
  assert.deepEqual(names.toSorted(), SUBGRAPH_NAMES.toSorted());
});

test('prints composition errors with file and line, and exits with 1', async (t) => {
  const files = await copySupergraph(t);
  const line = await edit(files.orders, 'status: OrderStatus!', 'status: State!');
  const { code, stdout, stderr } = await runScript(SCRIPT, { SUPERGRAPH_FILE: files.supergraph });
  assert.deepEqual([code, stdout], [1, '']);
  assert.equal(
    stderr,
    `The schemas don't compose:\n  INVALID_GRAPHQL: [orders] Unknown type State (${files.orders}:${line})\n`,
  );
});
