import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../harness/full-count.ts';
import { residentMb } from '../harness/memory.ts';
import { sendJson, startTargets, type Target } from '../harness/targets.ts';

// Clients that send or read a byte per second delay nobody else, and lose their connections once they exceed the limits.

const CONNECTIONS = times(1000);
const SECONDS = times(45, 3);
/** Longer than a request may take to arrive, plus one interval of the checks. */
const ALL_LATE_AFTER_S = 40;
const OTHERS_AT_A_TIME = 8;
/** Between an answer to one of the others and the next request. */
const PAUSE_MS = times(0, 20);
const FEWEST_OTHERS = times(1000, 50);
const SERVED_WITHIN_MS = 5000;
/** Number of slow clients. Other requests are sent once all are connected and their large responses exist. */
const AT_ONCE = 20;
const MAX_GROWTH_MB = 256;

const targets = await startTargets({ after }, {}, ['users']);
const users = Array.from(
  { length: 100 },
  (_, n) => `u${n}: createUser(name: "${'x'.repeat(100)}", email: "${n}@example.com") { id }`,
);
for (const target of targets.filter(({ name }) => name === 'users')) {
  const made = await (await sendJson(target, { query: `mutation { ${users.join(' ')} }` })).text();
  assert.doesNotMatch(made, /errors/);
}

/** Data that a client sends at once, and data that it sends a byte per second. */
type Slowness = (target: Target) => { atOnce: string; slowly: string };

const LARGE = `{ ${Array.from({ length: 20 }, (_, n) => `a${n}: users(first: 100) { id name email createdAt }`).join(' ')} }`;

const SLOWNESSES: readonly Slowness[] = [
  (target) => ({ atOnce: '', slowly: head(target, 1000) }),
  (target) => ({ atOnce: head(target, 1000), slowly: ' '.repeat(1000) }),
  (target) => {
    const body = JSON.stringify({ query: LARGE });
    return { atOnce: head(target, body.length) + body, slowly: '' };
  },
];

for (const target of targets) {
  test(`${target.name} serves others while ${CONNECTIONS} clients send or read a byte per second`, async (t) => {
    await ask(target);
    const before = residentMb(target.process);
    const slow: SlowClient[] = [];
    t.after(() => slow.forEach((client) => void client.leave()));
    for (let n = 0; n < CONNECTIONS; n += 1) {
      const slowness = SLOWNESSES[n % SLOWNESSES.length];
      if (slowness) slow.push(new SlowClient(target, slowness(target)));
      if (n % AT_ONCE === 0) await Promise.all(slow.map(({ isThere }) => isThere));
    }
    await Promise.all(slow.map(({ isThere }) => isThere));
    const clock = setInterval(() => slow.forEach((client) => void client.tick()), 1000);
    t.after(() => clearInterval(clock));
    const { asked, failed, slowest } = await serveOthers(target);
    const after = residentMb(target.process);
    const open = slow.filter(({ isOpen, sends }) => isOpen && sends).length;
    t.diagnostic(`${asked} others asked, ${failed.length} failed, the slowest took ${Math.round(slowest)} ms`);
    t.diagnostic(`RSS from ${before} MB to ${after} MB; ${open} that send are still connected`);
    assert.ok(asked >= FEWEST_OTHERS, `only ${asked} others asked`);
    assert.ok(failed.length <= asked / 1000, `${failed.length} of ${asked} failed: ${failed.slice(0, 3).join(', ')}`);
    assert.ok(after - before < MAX_GROWTH_MB, `RSS from ${before} MB to ${after} MB`);
    if (SECONDS > ALL_LATE_AFTER_S) assert.equal(open, 0);
    assert.ok(
      slow.every(({ received }) => received <= SECONDS + 10),
      'it reads a byte a second',
    );
  });
}

class SlowClient {
  /** Resolves once it is connected and the response it will read has begun. */
  readonly isThere: Promise<void>;
  /** True while it has data to send. */
  readonly sends: boolean;
  isOpen = true;
  received = 0;
  readonly #socket: Socket;
  readonly #slowly: string;
  #sent = 0;

  constructor({ process: { port } }: Target, { atOnce, slowly }: ReturnType<Slowness>) {
    this.sends = slowly !== '';
    this.#slowly = slowly;
    this.#socket = connect({ port, host: '127.0.0.1' });
    const close = () => {
      this.isOpen = false;
    };
    this.#socket
      .on('error', () => {})
      .on('end', close)
      .on('close', close);
    // Paused: `tick` reads from it, and the system's buffers fill behind it.
    this.#socket.on('readable', () => {});
    this.isThere = new Promise((resolve) => {
      this.#socket.once('close', resolve).once(this.sends ? 'connect' : 'readable', resolve);
    });
    if (atOnce !== '') this.#socket.write(atOnce);
  }

  tick(): void {
    if (!this.isOpen) return;
    const next = this.#slowly[this.#sent];
    if (next !== undefined) this.#socket.write(next);
    this.#sent += 1;
    const read: Buffer | null = this.#socket.read(1);
    this.received += read?.length ?? 0;
  }

  leave(): void {
    this.#socket.destroy();
  }
}

async function serveOthers(target: Target): Promise<{ asked: number; failed: string[]; slowest: number }> {
  const end = performance.now() + SECONDS * 1000;
  const failed: string[] = [];
  let asked = 0;
  let slowest = 0;
  const askOn = async () => {
    while (performance.now() < end) {
      asked += 1;
      const start = performance.now();
      const wrong = await ask(target).catch(String);
      const ms = performance.now() - start;
      slowest = Math.max(slowest, ms);
      if (wrong !== undefined) failed.push(wrong);
      else if (ms > SERVED_WITHIN_MS) failed.push(`${ms} ms`);
      await delay(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: OTHERS_AT_A_TIME }, askOn));
  return { asked, failed, slowest };
}

/** Sends a query. Resolves with the response's text if it is wrong. */
async function ask(target: Target): Promise<string | undefined> {
  const text = await (await sendJson(target, { query: '{ users(first: 1) { id } }' })).text();
  return text.trim() === '{"data":{"users":[{"id":"1"}]}}' ? undefined : text;
}

function head({ headers }: Target, length: number): string {
  const all = { host: 'test', 'content-type': 'application/json', ...headers, 'content-length': String(length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n`;
}
