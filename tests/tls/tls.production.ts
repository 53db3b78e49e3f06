import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { makeAuthority } from '../harness/certificates.ts';
import { codeBlock } from '../harness/documentation.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { NO_PM2 } from '../harness/pm2.ts';
import { freePort } from '../harness/ports.ts';
import type { LogLine } from '../harness/process.ts';
import { copySupergraph, edit, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';
import { startCollector } from '../telemetry/collector.ts';

const ORDERS = `  orders:
    routing_url: \${env.ORDERS_URL}
    schema: { file: ./subgraphs/orders/schema.graphql }
    tls: { certificate_authorities: /etc/lockstep/ca.pem }
`;
const folder = await temporaryFolder({ after });
const ours = makeAuthority(folder, 'ca');
const theirs = makeAuthority(folder, 'theirs');
const ofUsers = ours.issue('users');
const ofOrders = ours.issue('orders');
ours.issue('gateway');
const collector = await startCollector({ after });
const traced = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0' };

const users = await start({ after }, 'subgraphs/users', {
  ...{ USERS_DATABASE: join(folder, 'users.sqlite'), TLS_CERTIFICATE: ofUsers.cert, TLS_KEY: ofUsers.key },
  TLS_CLIENT_CA: ours.file,
  ...traced,
});
const orders = await start({ after }, 'subgraphs/orders', {
  ...{ ORDERS_DATABASE: join(folder, 'orders.sqlite'), USERS_URL: users.url, TLS_CA: ours.file },
  ...{ TLS_CERTIFICATE: ofOrders.cert, TLS_KEY: ofOrders.key },
  ...traced,
});
const { supergraph } = await copySupergraph({ after });
const TRUSTS_OURS = `certificate_authorities: ${ours.file} #`;
const TRUSTS_THEIRS = `certificate_authorities: ${theirs.file} #`;
const settings = codeBlock('docs/configuration.md', 'tls')
  .replace('https://users.example:4001/graphql', users.url)
  .replace('gateway:', () => `${ORDERS}gateway:`)
  .replaceAll('/etc/lockstep', folder);
const [AUTHENTICATION = ''] = /\n +client_authentication: .*/.exec(settings) ?? [];
await replace(supergraph, settings);
const gateway = await start({ after }, 'gateway', {
  ...{ SUPERGRAPH_FILE: supergraph, ORDERS_URL: orders.url, METRICS_PATH: '/metrics' },
  ...traced,
});

const withoutPrometheus =
  spawnSync('prometheus', ['--version']).status !== 0 && process.env.CI !== 'true' && 'no prometheus on the PATH';

/** Longer than an idle connection to a subgraph is kept. */
const IDLE_MS = 300;
const USERS = '{ users { id } }';
const trusted = { ca: readFileSync(ours.file) };

async function send(url: string, query: string, { headers: others, ...options }: RequestOptions = {}) {
  const usual = { 'content-type': 'application/json', 'x-subgraph-secret': 'a secret for this test only' };
  const headers = { ...usual, ...others };
  const request = httpsRequest(url, { method: 'POST', headers, agent: false, ...trusted, ...options });
  request.end(query && JSON.stringify({ query }));
  const [response]: IncomingMessage[] = await once(request, 'response');
  assert.ok(response);
  return { status: response.statusCode, body: await text(response) };
}

function read({ cert, key }: { readonly cert: string; readonly key: string }) {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

/** Asks once the connections are closed that were open, because a certificate is looked at when one is opened. */
async function askLater() {
  await delay(IDLE_MS);
  return send(gateway.url, USERS);
}

async function answered(): Promise<void> {
  await until(askLater, ({ body }) => body === '{"data":{"users":[]}}\n' || /"users":\[\{/.test(body));
}

/** Asks until users can not be asked, and its reason is in the gateway's log. */
async function refusedBecause(reason: RegExp): Promise<void> {
  const isReason = ({ msg }: LogLine) => msg.startsWith('a call to the subgraph failed') && reason.test(msg);
  const { body } = await until(askLater, () => gateway.logs.some(isReason));
  const { errors } = JSON.parse(body) as { errors: { message: string; extensions: object }[] };
  assert.deepEqual(
    errors.map(({ message, extensions }) => [message, Object.keys(extensions).toSorted()]),
    [['Subgraph "users" is unavailable', ['code', 'id', 'subgraph']]],
  );
}

test('the gateway answers by HTTPS, and asks a subgraph that wants a certificate, as orders does', async () => {
  const created = await send(gateway.url, 'mutation { createUser(name: "Ada", email: "ada@example.com") { id } }');
  const { data } = JSON.parse(created.body) as { data: { createUser: { id: string } } };
  const ordered = await send(
    gateway.url,
    `mutation { createOrder(userId: "${data.createUser.id}", amount: "1.00") { user { name } } }`,
  );
  assert.equal(ordered.body, '{"data":{"createOrder":{"user":{"name":"Ada"}}}}\n');
});

test('a trace says that requests and calls came by HTTPS', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  await send(gateway.url, '{ users(first: 1) { id } orders(first: 1) { id } }', { headers });
  const spans = await until(
    () => collector.spans.filter((span) => span.traceId === traceId),
    (found) => ['lockstep', 'users', 'orders'].every((name) => found.some(({ service }) => service === name)),
  );
  for (const { kind, service, attributes } of spans) {
    if (kind === 2) assert.equal(attributes['url.scheme'], 'https', service);
    if (kind === 3 && 'url.full' in attributes) assert.match(String(attributes['url.full']), /^https:/);
  }
});

test('npm run watch:metrics scrapes a gateway that speaks HTTPS', { skip: withoutPrometheus }, async (t) => {
  const data = await temporaryFolder(t);
  const port = await freePort();
  const env = { ...process.env, ...NO_PM2, SUPERGRAPH_FILE: supergraph, GATEWAY_PORT: String(gateway.port) };
  const watching = spawn(process.execPath, ['commands/watch-metrics.ts', '--port', String(port), '--data', data], {
    stdio: 'ignore',
    env: { ...env, ORDERS_URL: orders.url, METRICS_PATH: '/metrics' },
  });
  const closed = once(watching, 'close');
  t.after(async () => {
    watching.kill('SIGINT');
    await closed;
  });
  const url = `http://127.0.0.1:${port}/api/v1/query?query=up{app="gateway"}`;
  await until(
    () => fetch(url).then((response) => response.text(), String),
    (answer) => /"value":\[[\d.]+,"1"\]/.test(answer),
  );
});

test('no port speaks HTTP without TLS, or TLS older than 1.2', async () => {
  for (const { port } of [gateway, users]) {
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health/live`));
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = connect({ port, host: '127.0.0.1', ...trusted, ...old });
    const [error] = await once(socket, 'error');
    assert.match(String(error.code), /^(ERR_SSL_|ECONNRESET|EPROTO)/);
  }
});

const STRANGERS: [who: string, reason: RegExp, certificate: RequestOptions][] = [
  ['no certificate', /it shows none/, {}],
  ['one of another authority', /UNABLE_TO_VERIFY/, read(theirs.issue('stranger'))],
  ['an expired one', /CERT_HAS_EXPIRED/, read(ours.issue('late', 'expired'))],
];
for (const [who, reason, certificate] of STRANGERS) {
  test(`a subgraph refuses a client with ${who}, and logs why`, async () => {
    const before = users.logs.length;
    const { status } = await until(
      () => send(users.url, USERS, certificate),
      () => users.logs.slice(before).some(({ msg }) => msg.startsWith('a client is refused')),
    );
    assert.equal(status, 403);
    const line = users.logs.slice(before).find(({ msg }) => msg.startsWith('a client is refused'));
    assert.match(line?.msg ?? '', reason);
  });
}

test('a probe needs no certificate', async () => {
  const { status } = await send(new URL('/health/ready', users.url).href, '', { method: 'GET' });
  assert.equal(status, 200);
});

test('the gateway refuses a subgraph with a certificate of another authority, and clients learn nothing of it', async () => {
  await edit(supergraph, TRUSTS_OURS, TRUSTS_THEIRS);
  await refusedBecause(/unable to|self-signed/);
  await edit(supergraph, TRUSTS_THEIRS, TRUSTS_OURS);
  await answered();
});

test('a subgraph that wants a certificate refuses a gateway without one', async () => {
  await edit(supergraph, AUTHENTICATION, '');
  await refusedBecause(/answered 403/);
  await replace(supergraph, settings);
  await answered();
});

test('the gateway refuses a subgraph with an expired certificate, and a renewed one is taken without a restart', async () => {
  ours.issue('users', 'expired');
  await refusedBecause(/certificate has expired/);
  assert.ok(users.logs.some(({ msg }) => msg.startsWith('the certificate expired on')));
  ours.issue('users');
  await answered();
});

test('the gateway takes a renewed certificate of its own without a restart', async () => {
  const serialOf = async () => {
    const socket = connect({ port: gateway.port, host: '127.0.0.1', ...trusted });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const before = await serialOf();
  ours.issue('gateway');
  await until(serialOf, (serial) => serial !== before);
  await answered();
});
