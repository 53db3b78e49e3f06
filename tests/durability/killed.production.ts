import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { tellProgress, times } from '../harness/full-count.ts';
import { readRows } from '../harness/rows.ts';
import { withDeadline } from '../harness/waiting.ts';
import { amountOf, keyOf, type Shop, startShop } from './shop.ts';

const KILLS = times(100, 3);
const RATE_MS = 1000 / 50;
/** Maximum number of acknowledgements between a start and the next kill. */
const MOST_ACKNOWLEDGED = 10;

interface Row {
  readonly id: number;
  readonly idempotency_key: string;
  readonly amount_minor: number;
}

test(`has each acknowledged order once after ${KILLS} kills of orders under 50 createOrder a second`, async (t) => {
  const shop = await startShop(t);
  const load = new Load(shop);
  t.after(() => load.stop());
  const submitting = load.run();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await load.acknowledge(1 + Math.floor(Math.random() * MOST_ACKNOWLEDGED));
    await shop.orders.stop('SIGKILL'); // at the moment of an acknowledgement
    await shop.restart();
    tellProgress('killed', kill, KILLS);
  }
  load.stop();
  await submitting;
  t.diagnostic(`${load.submitted} submitted, ${load.acknowledged.size} acknowledged`);
  assert.ok(load.acknowledged.size >= KILLS);
  assert.ok(load.acknowledged.size < load.submitted, 'some were interrupted');
  assertKept(shop, load.acknowledged);

  await resubmit(shop, load);

  assertKept(shop, load.acknowledged);
  assert.equal(readOrders(shop).length, load.submitted);
});

/** Asserts that each acknowledged order is in the database once, as it was acknowledged. */
function assertKept(shop: Shop, acknowledged: ReadonlyMap<number, string>): void {
  const rows = readOrders(shop);
  const byKey = new Map(rows.map((row) => [row.idempotency_key, row]));
  assert.equal(byKey.size, rows.length);
  for (const [number, id] of acknowledged) {
    const { id: found, amount_minor } = byKey.get(keyOf(number)) ?? {};
    assert.deepEqual([String(found), amount_minor], [id, Number(amountOf(number)) * 100], keyOf(number));
  }
}

/** Submits all orders again under their keys. Those acknowledged before stay the same, and the others are created. */
async function resubmit(shop: Shop, { submitted, acknowledged }: Load): Promise<void> {
  for (let number = 1; number <= submitted; number += 1) {
    const { data, text } = await shop.submit(number);
    assert.ok(data, text);
    const { id, amount } = data.createOrder;
    assert.deepEqual([id, amount], [acknowledged.get(number) ?? id, amountOf(number)]);
    acknowledged.set(number, id);
  }
}

function readOrders({ file }: Shop): Row[] {
  return readRows(file, 'select id, idempotency_key, amount_minor from orders');
}

/** Submits orders at a steady rate, whether they succeed or not. */
class Load {
  submitted = 0;
  /** Ids of the orders by number of submission. */
  readonly acknowledged = new Map<number, string>();
  readonly #shop: Shop;
  readonly #open = new Set<Promise<void>>();
  #stopped = false;
  #onAcknowledged: () => void = () => {};

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /** Resolves once it is stopped and all submissions are answered. */
  async run(): Promise<void> {
    const start = performance.now();
    while (!this.#stopped) {
      const submission = this.#submit(++this.submitted);
      this.#open.add(submission);
      submission.finally(() => this.#open.delete(submission));
      await delay(Math.max(0, start + this.submitted * RATE_MS - performance.now()));
    }
    await Promise.all(this.#open);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves as soon as this many more are acknowledged. */
  acknowledge(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count;
    const come = new Promise<void>((resolve) => {
      this.#onAcknowledged = () => this.acknowledged.size >= wanted && resolve();
    });
    return withDeadline(come, () => `${wanted} acknowledged orders, of ${this.submitted}`);
  }

  async #submit(number: number): Promise<void> {
    try {
      const { data } = await this.#shop.submit(number);
      if (!data) return;
      this.acknowledged.set(number, data.createOrder.id);
      this.#onAcknowledged();
    } catch {
      // killed before it responded: the order may or may not exist
    }
  }
}
