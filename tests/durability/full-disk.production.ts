import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { after, test } from 'node:test';
import { type Answer, codesOf, get } from '../harness/client.ts';
import { tellProgress, times } from '../harness/full-count.ts';
import { assertTellsNothing } from '../harness/leaks.ts';
import { readRows } from '../harness/rows.ts';
import { amountOf, keyOf, type Order, startShop } from './shop.ts';

// The kernel limits the size of files that orders can write, so that writes fail as on a full disk:
// https://man7.org/linux/man-pages/man2/setrlimit.2.html (RLIMIT_FSIZE).

const ROUNDS = times(20);
const AT_A_TIME = 10;
/** Room for some more orders, of about three pages each. */
const ROOM_BYTES = 500_000;
const MORE_THAN_FIT = ROOM_BYTES / 1000;

const skip = process.platform !== 'linux' && 'only Linux can limit the files of a process that runs (prlimit)';
const shop = await startShop({ after });
let submitted = 0;

/** Amounts of the acknowledged orders by key. */
const acknowledged: Record<string, number> = {};

test('returns errors and acknowledges nothing while the disk is full', { skip }, async () => {
  await submitSome();
  limitFiles(statSync(`${shop.file}-wal`).size + ROOM_BYTES);
  const before = submitted;
  let refused: number[] = [];
  while (refused.length === 0 && submitted < before + MORE_THAN_FIT) refused = await submitSome();
  assert.ok(refused.length > 0 && submitted - before > AT_A_TIME, 'there was room at first, and then none');
  await assertNothingPretended();

  limitFiles('unlimited');
  for (const number of refused) await submitWithRoom(number);
  await assertNothingPretended();
});

test(`loses no acknowledged order when the disk fails under load, ${ROUNDS} times`, { skip }, async () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const underWay = submitSome();
    limitFiles(0);
    const refused = [...(await underWay), ...(await submitSome())];
    assert.ok(refused.length >= AT_A_TIME, 'none is acknowledged while no write succeeds');
    await assertNothingPretended();

    limitFiles('unlimited');
    for (const number of refused) await submitWithRoom(number);
    await assertNothingPretended();
    tellProgress('failed', round, ROUNDS);
  }
});

test('has every acknowledged order after a restart of orders', { skip }, async () => {
  limitFiles(0);
  await submitSome();
  await shop.orders.stop('SIGKILL');
  await shop.restart();
  await assertNothingPretended();
  assert.deepEqual(readRows(shop.file, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
});

/** Submits some orders at the same time. Resolves with the numbers of those that failed. */
async function submitSome(): Promise<number[]> {
  const numbers = Array.from({ length: AT_A_TIME }, () => ++submitted);
  const answers = await Promise.all(numbers.map(shop.submit));
  for (const [index, number] of numbers.entries()) take(number, answers[index]);
  return numbers.filter((number) => !(keyOf(number) in acknowledged));
}

async function submitWithRoom(number: number): Promise<void> {
  const answer = await shop.submit(number);
  assert.ok(answer.data, answer.text);
  take(number, answer);
}

/** Records an acknowledgement. Anything else has to be an error that reveals nothing. */
function take(number: number, answer: Answer<{ createOrder: Order }> | undefined): void {
  assert.ok(answer);
  if (answer.data) {
    assert.equal(answer.data.createOrder.amount, amountOf(number));
    acknowledged[keyOf(number)] = Number(amountOf(number)) * 100;
    return;
  }
  assert.deepEqual(codesOf(answer), ['INTERNAL_SERVER_ERROR'], answer.text);
  assertTellsNothing(answer.text);
}

/** Asserts that exactly the acknowledged orders exist and can be read. */
async function assertNothingPretended(): Promise<void> {
  const rows = readRows<{ idempotency_key: string; amount_minor: number }>(shop.file, 'select * from orders');
  const found = Object.fromEntries(rows.map((row) => [row.idempotency_key, row.amount_minor]));
  assert.deepEqual(found, acknowledged);
  assert.equal(rows.length, Object.keys(acknowledged).length);
  const { orders } = await get<{ orders: unknown[] }>(shop.orders.url, '{ orders(first: 1) { id } }');
  assert.equal(orders.length, 1);
}

/** Sets the limit of the running process of orders. The hard limit stays, so that this one can be lifted. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(shop.orders.pid), `--fsize=${bytes}:`]);
}
