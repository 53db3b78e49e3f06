import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../harness/certificates.ts';
import { start } from '../harness/graph.ts';
import { freePort } from '../harness/ports.ts';
import { startRedis, withoutRedis } from '../harness/redis.ts';
import { send, startGateway } from '../harness/things.ts';
import { until } from '../harness/waiting.ts';

const PASSWORD = 'p@ss/word#1';

test('gateways reach Redis by TLS with a password, and those with another namespace share nothing', {
  skip: withoutRedis,
}, async (t) => {
  const { folder, names, ...plain } = await startGateway(t, {});
  const port = await freePort();
  const authority = makeAuthority(folder, 'authority');
  const { cert, key } = authority.issue('redis');
  const tls = ['--port', '0', '--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', key];
  const authentication = ['--tls-ca-cert-file', authority.file, '--tls-auth-clients', 'no', '--requirepass', PASSWORD];
  await startRedis(t, port, undefined, [...tls, ...authentication]);

  const text = await readFile(join(folder, 'supergraph.yaml'), 'utf8');
  const startWith = async (name: string, namespace: string, password = PASSWORD) => {
    const url = `rediss://:${encodeURIComponent(password)}@localhost:${port}`;
    const settings = `response_cache: { enabled: true, redis: { urls: ["${url}"], namespace: ${namespace} }, subgraph: { all: { ttl: 1m } } }`;
    const file = join(folder, name);
    await writeFile(file, text.replace('gateway: {', `gateway: { ${settings}`));
    return start(t, 'gateway', { SUPERGRAPH_FILE: file, NODE_EXTRA_CA_CERTS: authority.file });
  };
  const [first, second, apart, refused] = await Promise.all([
    startWith('a.yaml', 'shop'),
    startWith('b.yaml', 'shop'),
    startWith('c.yaml', 'other'),
    startWith('d.yaml', 'shop', 'wrong password'),
  ]);
  const callsFor = async ({ url }: { readonly url: string }) => {
    const before = names.calls.length;
    assert.deepEqual((await send(url, '{ word }')).data, { word: 'hello' });
    return names.calls.length - before;
  };
  await until(
    () => callsFor(first),
    (calls) => calls === 0,
  );
  assert.equal(await callsFor(second), 0, 'it is stored for both');
  assert.equal(await callsFor(apart), 1);
  await refused.logged(({ msg }) => msg.startsWith('Redis does not answer'));
  assert.equal(await callsFor(refused), 1);
  for (const { output } of [first, refused])
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'wrong password', 'wrong%20password'])
      assert.ok(!output().includes(secret), 'no password is logged');
  assert.equal(await callsFor(plain), 1, 'no cache');
});
