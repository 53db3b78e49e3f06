import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../harness/graph.ts';
import { nextError } from '../harness/next-error.ts';
import { runScript } from '../harness/process.ts';
import { replace } from '../harness/supergraph-files.ts';
import { startGateway } from '../harness/things.ts';

const SCHEMA = '{ sdl: "type Query { one: Int }" }';
const SECRET = 'http://ada:hunter2@127.0.0.1:9/graphql';
const MISTAKE = '"http://***@127.0.0.1:9/graphql": remove the credentials, which are never sent';

function fileWith({ routing = 'http://a/', schema = SCHEMA, gateway = '{}' }): string {
  return `subgraphs: { a: { routing_url: "${routing}", schema: ${schema} } }\ngateway: ${gateway}\n`;
}

const FILES: Record<string, string> = {
  'subgraphs.a.routing_url': fileWith({ routing: SECRET }),
  'subgraphs.a.schema.subgraph_url': fileWith({ schema: `{ subgraph_url: "${SECRET}" }` }),
  'gateway.authentication.jwt.jwks.0.url': fileWith({
    gateway: `{ authentication: { jwt: { jwks: [{ url: "${SECRET}" }] } } }`,
  }),
  'gateway.telemetry.tracing.otlp.endpoint': fileWith({
    gateway: `{ telemetry: { tracing: { otlp: { endpoint: "${SECRET}" } } } }`,
  }),
};

for (const [path, text] of Object.entries(FILES)) {
  test(`rejects credentials in ${path} without showing them`, async (t) => {
    const file = join(await temporaryFolder(t), 'supergraph.yaml');
    await replace(file, text);
    for (const script of ['gateway/src/print-settings.ts', 'gateway/src/compose.ts']) {
      const { code, stdout, stderr } = await runScript(script, { SUPERGRAPH_FILE: file });
      assert.deepEqual([code, stdout], [1, ''], script);
      assert.ok(stderr.includes(`${path}: ${MISTAKE}`), stderr);
      assert.doesNotMatch(stderr, /hunter2/);
    }
  });
}

test('a reload rejects credentials in a URL, and logs none', { timeout: 60_000 }, async (t) => {
  const { process, configure } = await startGateway(t, {});
  const jwks = `authentication: { jwt: { jwks: [{ url: "${SECRET}" }] } }`;
  const { msg } = await nextError(process, () => configure({ gateway: jwks }));
  assert.ok(msg.includes(MISTAKE), msg);
  assert.doesNotMatch(process.output(), /hunter2/);
});

test('orders does not start with credentials in the URL of a peer, and does not show them', {
  timeout: 60_000,
}, async () => {
  const env = { DATABASE_FILE: ':memory:', PORT: '0', USERS_URL: SECRET, PRODUCTS_URL: 'http://127.0.0.1:9/graphql' };
  const { code, stderr } = await runScript('subgraphs/orders/src/main.ts', env);
  assert.equal(code, 78);
  assert.match(stderr, /USERS_URL=http:\/\/\*\*\*@127\.0\.0\.1:9\/graphql: remove the credentials/);
  assert.doesNotMatch(stderr, /hunter2/);
});
