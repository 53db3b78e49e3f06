import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ask, get } from '../harness/client.ts';
import { freePort } from '../harness/ports.ts';
import { SUBGRAPHS } from '../harness/subgraphs.ts';
import { until } from '../harness/waiting.ts';
import { readComposeFile } from './compose-file.ts';
import { composeSecrets } from './compose-secrets.ts';
import type { Engine } from './engine.ts';

const PORTS: Readonly<Record<string, number>> = {
  gateway: 4000,
  postgres: 5432,
  redis: 6379,
  ...Object.fromEntries(SUBGRAPHS.map(({ name, port }) => [name, port])),
};
const NAMES = Object.keys(PORTS);
const PROCESSES = ['gateway', ...SUBGRAPHS.map(({ name }) => name)];

/** Tells each address that answers within a second: a name in the network, or an address in any. */
const REACH = `const { connect } = require('node:net');
const look = ([host, port]) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: 1000 }, () => resolve(true)).on('error', () => resolve(false));
  socket.on('timeout', () => resolve(false));
});
Promise.all(JSON.parse(process.argv[1]).map(look)).then((found) => { console.log(JSON.stringify(found)); process.exit(); });`;

/** Tests deploy/compose.yaml with an image that is built, and with this machine's PostgreSQL and Redis. */
export function testCompose(engine: Engine, image: string): void {
  describe('deploy/compose.yaml', async () => {
    const port = await freePort();
    const secrets = composeSecrets();
    const compose = (...args: string[]) =>
      engine.run(
        'podman-compose',
        ['-p', 'shop', '-f', 'deploy/compose.yaml', '-f', 'tests/containers/stand-ins.yaml', ...args],
        { ...secrets, LOCKSTEP_IMAGE: image, GATEWAY_PORT: `${port}` },
      );
    const url = `http://127.0.0.1:${port}/graphql`;
    after(() => compose('down', '--volumes', '--timeout=1'));

    const isUp = async () => {
      // This version of podman-compose (1.0.3) does not wait for the conditions of depends_on, and the name of a container that
      // is started again keeps its old address too (netavark 1.4).
      await compose('up', '--detach', 'postgres', 'redis');
      await until(
        () => engine.exec('shop_postgres_1', ...healthCheckOf('postgres')),
        ({ code }) => code === 0,
      );
      await compose('up', '--detach');
      const look = async () =>
        (await ask(url, '{ user(id: 1) { id } order(id: 1) { id } product(id: 1) { id } }')).errors;
      await until(
        () => look().catch((error: unknown) => [error]),
        (errors) => errors === undefined,
      );
    };

    test('runs the graph on PostgreSQL, with a role and a schema for each subgraph', async () => {
      await isUp();
      const created = await get(url, 'mutation { createUser(name: "Ada", email: "ada@example.com") { id } }');
      assert.deepEqual(created, { createUser: { id: '1' } });
      const ordered = await get(url, 'mutation { createOrder(userId: 1, amount: "10.50") { id user { name } } }');
      assert.deepEqual(ordered, { createOrder: { id: '1', user: { name: 'Ada' } } });
      const schemas = `select nspname || ' of ' || pg_get_userbyid(nspowner) from pg_namespace join pg_roles on rolname = nspname`;
      const { output } = await engine.exec('shop_postgres_1', 'psql', '-U', 'postgres', '-At', '-c', schemas, 'shop');
      assert.deepEqual(output.split('\n').toSorted(), SUBGRAPHS.map(({ name }) => `${name} of ${name}`).toSorted());
    });

    test('lets nobody reach a subgraph or the database by the way of another network', async () => {
      const addresses = new Map(
        await Promise.all(NAMES.map(async (name) => [name, await addressesOf(engine, name)] as const)),
      );
      const seen = await Promise.all(
        PROCESSES.map(async (from) => {
          const targets = NAMES.filter((name) => name !== from).flatMap((name) =>
            [name, ...(addresses.get(name) ?? [])].map((host) => ({ name, at: [host, PORTS[name]] })),
          );
          const answer = await engine.exec(
            `shop_${from}_1`,
            'node',
            '-e',
            REACH,
            JSON.stringify(targets.map(({ at }) => at)),
          );
          const found: boolean[] = JSON.parse(answer.output);
          return [from, [...new Set(targets.filter((_, index) => found[index]).map(({ name }) => name))].toSorted()];
        }),
      );
      assert.deepEqual(Object.fromEntries(seen), {
        gateway: ['orders', 'products', 'redis', 'users'],
        // Networks lead both ways: a subgraph reaches those who call it, and lacks nothing but the secret.
        users: ['gateway', 'orders', 'postgres'],
        orders: ['gateway', 'postgres', 'products', 'users'],
        products: ['gateway', 'orders', 'postgres'],
      });
    });

    test('keeps its data when its containers are made anew', async () => {
      await compose('down', '--timeout=20');
      await isUp();
      const found = await get(url, '{ user(id: 1) { name orders { amount } } }');
      assert.deepEqual(found, { user: { name: 'Ada', orders: [{ amount: '10.50' }] } });
    });
  });
}

/** Returns the command of a service's health check. */
function healthCheckOf(name: string): readonly string[] {
  const { test: check } = JSON.parse(JSON.stringify(readComposeFile().services[name]?.healthcheck));
  assert.equal(check[0], 'CMD');
  return check.slice(1);
}

/** Returns the addresses of a service in its networks. */
async function addressesOf(engine: Engine, name: string): Promise<string[]> {
  const networks = await engine.podman('inspect', '--format={{json .NetworkSettings.Networks}}', `shop_${name}_1`);
  return Object.values<{ IPAddress: string }>(JSON.parse(networks)).map(({ IPAddress }) => IPAddress);
}
