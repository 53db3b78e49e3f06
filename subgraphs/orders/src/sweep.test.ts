import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import { TEST_ENGINE } from '@lockstep/subgraph-kit/testing/test-location.ts';
import { takeOver } from './database/saga-runner.ts';
import { findSaga, insertCheckout } from './database/sagas.ts';
import { registerMetrics } from './metrics.ts';
import { eventually, setUpOrders } from './testing/orders.ts';
import { reserved } from './testing/products-server.ts';

const LONG_AGO = '2026-01-01T00:00:00.000Z';
const NEW = { userKey: 1, items: [{ productKey: 7, quantity: 1 }], idempotencyKey: null };

test('the sweep cancels what a crash left, after its release', async (t) => {
  const { services, products, sweep, rows } = await setUpOrders(t);
  await insertCheckout(services.db, NEW, () => {});
  sweep();
  await eventually(rows, ([order]) => order === 'CANCELLED 0 ENDED');
  assert.deepEqual(products.asked, ['release 1']);
});

test('the sweep leaves alone what is under way and what has ended', async (t) => {
  const { services, checkout, products, sweep, rows } = await setUpOrders(t);
  await checkout();
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  products.onReserve = async (reservation) => {
    asked.resolve();
    await answered.promise;
    return reserved(reservation);
  };
  const underWay = checkout();
  await asked.promise;
  await insertCheckout(services.db, NEW, () => {});
  sweep();
  await eventually(rows, (orders) => orders.includes('CANCELLED 0 ENDED')); // it was there
  answered.resolve();
  assert.equal((await underWay).status, 'CONFIRMED');
  assert.deepEqual(products.asked, ['reserve 1', 'reserve 2', 'release 3']);
});

test('the sweep leaves alone what another process runs, until that is gone or the time is over', async (t) => {
  const env = { CHECKOUT_TIMEOUT_MS: '60000' };
  const { services, products, sweep, rows, db } = await setUpOrders(t, undefined, env);
  const another = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']);
  t.after(() => another.kill('SIGKILL'));
  const long = new Date(Date.now() - services.checkoutTimeoutMs).toISOString();
  for (const changes of [
    { process_id: another.pid, instance_id: 'another' },
    { process_id: another.pid, instance_id: 'another', taken_at: long },
    { process_id: null, instance_id: null, taken_at: null },
  ]) {
    const { order } = await insertCheckout(services.db, NEW, () => {});
    await db.updateTable('sagas').set(changes).where('order_id', '=', Number(order.id)).execute();
  }
  sweep();
  await eventually(rows, ([, old]) => old === 'CANCELLED 0 ENDED');
  assert.deepEqual(await rows(), ['PENDING 0 RESERVING', 'CANCELLED 0 ENDED', 'PENDING 0 RESERVING']);
  if (TEST_ENGINE === 'postgresql') return; // a process elsewhere may have its id
  another.kill('SIGKILL');
  await eventually(rows, ([first]) => first === 'CANCELLED 0 ENDED');
  assert.deepEqual(products.asked, ['release 2', 'release 1']);
});

test('a checkout is taken over once', async (t) => {
  const { services, db } = await setUpOrders(t);
  const { order } = await insertCheckout(services.db, NEW, () => {});
  await db.updateTable('sagas').set({ instance_id: 'a dead one', taken_at: LONG_AGO }).execute();
  const saga = await findSaga(db, Number(order.id));
  assert.ok(saga);
  const taken = await Promise.all([takeOver(db, saga), takeOver(db, saga)]);
  assert.deepEqual(taken.toSorted(), [false, true]);
  assert.equal(await takeOver(db, saga), false);
});

test('the sweep tries again and again, and keeps why it has to', async (t) => {
  const { services, products, sweep, rows, db } = await setUpOrders(t);
  const { onRelease } = products;
  products.onRelease = () => ({ errors: [{ message: 'boom' }] });
  await insertCheckout(services.db, NEW, () => {});
  sweep();
  const problem = async () => (await db.selectFrom('sagas').select('problem').executeTakeFirst())?.problem;
  assert.equal(await eventually(problem, Boolean), 'Subgraph "products" is unavailable');
  assert.deepEqual(await rows(), ['CANCELLED 0 RELEASING']);
  products.onRelease = onRelease;
  await eventually(rows, ([order]) => order === 'CANCELLED 0 ENDED');
  assert.equal(await problem(), null);
});

test('metrics have the checkouts of each state that have not ended, and what the sweep did', async (t) => {
  const { services, checkout, products, sweep, rows } = await setUpOrders(t);
  const registry = new MetricRegistry();
  registerMetrics(services, registry);
  const figures = async () => {
    const found = (await registry.ownFigures()).filter(({ name }) => /^lockstep_(sagas|sweep_ended)/.test(name));
    return found.flatMap(({ name, values }) =>
      values.map(({ labels: { state }, value }) =>
        [name.slice('lockstep_'.length), state, value].filter((part) => part !== undefined).join(' '),
      ),
    );
  };
  await checkout();
  await insertCheckout(services.db, NEW, () => {});
  assert.deepEqual(await figures(), ['sagas RESERVING 1', 'sagas RELEASING 0', 'sweep_ended_sagas_total 0']);
  products.onRelease = () => undefined;
  sweep();
  await eventually(rows, (orders) => orders.includes('CANCELLED 0 RELEASING'));
  assert.deepEqual(await figures(), ['sagas RESERVING 0', 'sagas RELEASING 1', 'sweep_ended_sagas_total 0']);
});

test('the calls of the sweep have an id for each checkout', async (t) => {
  const { services, products, sweep, rows } = await setUpOrders(t);
  for (let count = 0; count < 2; count += 1) await insertCheckout(services.db, NEW, () => {});
  sweep();
  await eventually(rows, (orders) => orders.every((order) => order === 'CANCELLED 0 ENDED'));
  assert.equal(new Set(products.ids).size, 2);
});
