import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, createUser, get } from '../harness/client.ts';
import type { Pm2Process, Project } from '../harness/pm2.ts';
import { until } from '../harness/waiting.ts';

interface Order {
  readonly id: string;
  readonly amount: string;
}

const SUBMISSIONS = 200;
const AT_A_TIME = 8;
const CREATE_ORDER = `mutation ($userId: ID!, $amount: Money!, $idempotencyKey: String!) {
  createOrder(userId: $userId, amount: $amount, idempotencyKey: $idempotencyKey) { id amount }
}`;

/** Kills processes of a project that runs and has no orders. */
export function testCrashes(project: Project): void {
  test('keeps every acknowledged order when orders is killed during 200 createOrder, and pm2 restarts it', async (t) => {
    const userId = await createUser(project.url, 'grace@example.com');
    const killed = await find(project, 'orders');

    const acknowledged = await submitAll(project, userId, (count) => {
      if (count === SUBMISSIONS / 4) process.kill(killed.pid, 'SIGKILL');
    });

    t.diagnostic(`${acknowledged.size} of ${SUBMISSIONS} acknowledged`);
    assert.ok(acknowledged.size >= SUBMISSIONS / 4, 'some were acknowledged before it was killed');
    const restarted = await until(
      () => find(project, 'orders'),
      ({ status }) => status === 'online',
    );
    assert.notEqual(restarted.pid, killed.pid);
    const kept = new Map((await listOrders(project)).map(({ id, amount }) => [id, amount]));
    for (const [index, { id }] of acknowledged) assert.equal(kept.get(id), amountOf(index), `order ${id}`);

    const again = await submitAll(project, userId);

    assert.equal(again.size, SUBMISSIONS);
    for (const [index, { id }] of acknowledged) assert.equal(again.get(index)?.id, id);
    const amounts = (await listOrders(project)).map(({ amount }) => amount);
    assert.deepEqual(amounts.toSorted(), Array.from({ length: SUBMISSIONS }, (_, index) => amountOf(index)).toSorted());
  });

  test('pm2 restarts a killed gateway, which answers again', async () => {
    const killed = await find(project, 'gateway');
    process.kill(killed.pid, 'SIGKILL');
    await until(
      () => ask(project.url, '{ users { name } }').catch(() => undefined),
      (answer) => answer?.status === 200,
    );
    assert.notEqual((await find(project, 'gateway')).pid, killed.pid);
  });
}

/** Submits every order under its key, some at a time. Resolves with those that were acknowledged, by index. */
async function submitAll(
  { url }: Project,
  userId: string,
  onAcknowledged?: (count: number) => void,
): Promise<Map<number, Order>> {
  const acknowledged = new Map<number, Order>();
  const indexes = Array.from({ length: SUBMISSIONS }, (_, index) => index).values();
  const submit = async () => {
    for (const index of indexes) {
      const variables = { userId, amount: amountOf(index), idempotencyKey: `order ${index}` };
      const { data } = await ask<{ createOrder: Order }>(url, CREATE_ORDER, variables);
      if (!data) continue;
      acknowledged.set(index, data.createOrder);
      onAcknowledged?.(acknowledged.size);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, submit));
  return acknowledged;
}

/** Amounts that differ for each order, so that swapped values show. */
function amountOf(index: number): string {
  return `${index + 1}.50`;
}

async function listOrders({ url }: Project): Promise<Order[]> {
  const orders: Order[] = [];
  for (;;) {
    const after = orders.at(-1)?.id ?? null;
    const page = await get<{ orders: Order[] }>(
      url,
      'query ($after: ID) { orders(first: 100, after: $after) { id amount } }',
      { after },
    );
    if (page.orders.length === 0) return orders;
    orders.push(...page.orders);
  }
}

async function find(project: Project, name: string): Promise<Pm2Process> {
  const found = (await project.list()).find((process) => process.name === name);
  assert.ok(found, name);
  return found;
}
