import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, ask, get } from '../harness/client.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { type Afterwards, start, temporaryFolder } from '../harness/graph.ts';
import { startBalancer, withoutNginx } from '../harness/nginx.ts';
import { freePort } from '../harness/ports.ts';
import type { RunningProcess } from '../harness/process.ts';
import { readRows } from '../harness/rows.ts';
import { configure, copySupergraph, replace } from '../harness/supergraph-files.ts';
import { until } from '../harness/waiting.ts';

/** Scope of the whole file: what a test starts goes on after it. */
const hooks: (() => unknown)[] = [];
const file: Afterwards = { after: (hook) => void hooks.unshift(hook) };
after(async () => {
  for (const hook of hooks) await hook();
});

// Two instances of users on one database, which SQLite allows on one machine.
const folder = await temporaryFolder(file);
const database = join(folder, 'users.sqlite');
const ports = [await freePort(), await freePort()] as const;
const urls = ports.map((port) => `http://127.0.0.1:${port}/graphql`);
const startUsers = (port: number) =>
  start(file, 'subgraphs/users', { USERS_PORT: String(port), USERS_DATABASE: database });

const { supergraph } = await copySupergraph(file);
const text = (await readFile(supergraph, 'utf8')).replace(/\n {2}products:.*/s, '\n');
const settings = 'gateway: { telemetry: { metrics: { prometheus: /metrics } } }\n';
const routed = (address: string) => `${text.replace(/^ {4}routing_url: .*USERS_URL.*$/m, `    ${address}`)}${settings}`;
const toBoth = routed(`routing_urls: [${urls.join(', ')}]`);
await replace(supergraph, toBoth);

const users: RunningProcess[] = [await startUsers(ports[0]), await startUsers(ports[1])];
const orders = await start(file, 'subgraphs/orders', {
  ORDERS_DATABASE: join(folder, 'orders.sqlite'),
  USERS_URL: urls.join(','),
});
const gateway = await start(file, 'gateway', { SUPERGRAPH_FILE: supergraph, ORDERS_URL: orders.url });
const { url } = gateway;

const USERS = 'query ($first: Int) { users(first: $first) { id } }';
const CREATE = 'mutation ($email: String!) { createUser(name: "Ada", email: $email) { id } }';
const ORDER = 'mutation ($userId: ID!) { createOrder(userId: $userId, amount: "1.00") { id user { name } } }';

const CLIENTS = 8;
/** Usual pause of a client between two operations, so that the load takes little of a machine that runs other tests too. */
const PAUSE_MS = 50;
const KILLS = times(30, 1);

let created = 0;

interface LoadOptions {
  readonly withMutations?: boolean;
  readonly pauseMs?: number;
}

/** Clients that each send the next operation after an answer: queries, and mutations if they are to. */
class Load {
  readonly failures: string[] = [];
  answered = 0;
  #isOver = false;
  readonly #clients: Promise<unknown>;

  constructor({ withMutations = false, pauseMs = PAUSE_MS }: LoadOptions) {
    const clients = Array.from({ length: CLIENTS }, (_, index) => this.#run(withMutations && index % 2 === 0, pauseMs));
    this.#clients = Promise.all(clients);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#clients;
  }

  async #run(mutates: boolean, pauseMs: number): Promise<void> {
    for (let call = 0; !this.#isOver; call += 1) {
      await (mutates ? this.#write() : this.#read(call));
      await delay(pauseMs);
    }
  }

  async #read(call: number): Promise<void> {
    this.#note(await ask(url, USERS, { first: 1 + (call % 50) })); // else they were one call
  }

  async #write(): Promise<void> {
    created += 1;
    const answer = await ask<{ createUser: { id: string } }>(url, CREATE, { email: `${created}@example.com` });
    this.#note(answer);
    if (answer.data) this.#note(await ask(url, ORDER, { userId: answer.data.createUser.id }));
  }

  #note({ errors, text }: Answer<unknown>): void {
    this.answered += 1;
    if (errors && this.failures.length < 5) this.failures.push(text);
  }
}

/** Runs `act` under load, which goes on for a moment after it. Resolves with what failed. */
async function failuresDuring(act: () => Promise<unknown>, options: LoadOptions = {}): Promise<string[]> {
  const load = new Load(options);
  const more = async () => {
    const { answered } = load;
    await until(
      () => load.answered,
      (now) => now > answered + 3 * CLIENTS,
    );
  };
  await more();
  await act();
  await more();
  await load.stop();
  return load.failures;
}

const isBack = ({ msg }: { msg: string }) => msg === 'the instance answers again';

async function takenBack(before: number): Promise<void> {
  await until(
    () => gateway.logs.slice(before),
    (lines) => lines.some(isBack),
  );
}

test('an instance that is killed under load costs no query, and is taken back once it has been started anew', async () => {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const before = gateway.logs.length;
    const killed = await failuresDuring(async () => users[0]?.stop('SIGKILL'), { pauseMs: 0 });
    const restarted = await failuresDuring(async () => {
      users[0] = await startUsers(ports[0]);
      await takenBack(before);
    });
    assert.deepEqual([killed, restarted], [[], []]);
    tellProgress('killed', kill, KILLS);
  }
});

test('a deployment of one instance at a time loses neither a query nor a mutation', async () => {
  const before = created;
  const failures = await failuresDuring(
    async () => {
      for (const [index, port] of ports.entries()) {
        const logged = gateway.logs.length;
        await users[index]?.stop();
        users[index] = await startUsers(port);
        if (gateway.logs.slice(logged).some(({ msg }) => msg.startsWith('the instance is left out')))
          await takenBack(logged);
      }
    },
    { withMutations: true },
  );
  assert.deepEqual(failures, []);
  assert.ok(created > before);
  assert.equal(readRows(database, 'select * from users').length, created);
});

test('an instance that hangs is left out, its metrics say so, and it is taken back', async () => {
  const before = gateway.logs.length;
  users[1]?.signal('SIGSTOP');
  await Promise.all(Array.from({ length: 4 }, (_, call) => ask(url, USERS, { first: call + 1 })));
  for (let call = 0; call < 20; call += 1) await get(url, USERS, { first: 1 + call });
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  const leftOut = ports.map((port) => new RegExp(`_instance_left_out\\{.*"127.0.0.1:${port}/graphql".*\\} (\\d)`));
  assert.deepEqual(
    leftOut.map((line) => line.exec(metrics)?.[1]),
    ['0', '1'],
  );
  const calls = metrics.split('\n').filter((line) => line.includes('_instance_calls_total{'));
  assert.ok(
    calls.some((line) => line.includes('outcome="answered"')) && calls.some((line) => line.includes('"failed"')),
    metrics,
  );
  users[1]?.signal('SIGCONT');
  await takenBack(before);
});

test('a change of the addresses loses no request', async () => {
  const failures = await failuresDuring(
    async () => {
      await configure(gateway, supergraph, routed(`routing_urls: [${urls[0]}]`));
      await configure(gateway, supergraph, toBoth);
    },
    { withMutations: true },
  );
  assert.deepEqual(failures, []);
});

test('a deployment behind one address loses no query that may be sent again', { skip: withoutNginx }, async () => {
  const balancer = await startBalancer(file, urls);
  const retried = `routing_url: ${balancer}\n    retry: { budget: 1 }`;
  await configure(gateway, supergraph, routed(retried));
  const failures = await failuresDuring(async () => {
    await users[0]?.stop();
    users[0] = await startUsers(ports[0]);
  });
  assert.deepEqual(failures, []);
});
